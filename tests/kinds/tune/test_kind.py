import json
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.errors import InputError
from runner.kinds.tune.kind import Tune
from runner.kinds.tune.spec import TuneJob
from runner.results.model import TaskRecord

MakeJob = Callable[..., TuneJob]


def succeeded(*tasks: str) -> dict[str, TaskRecord]:
    return {task: TaskRecord(id=task, outcome="succeeded") for task in tasks}


def write_document(folder: Path, side_a: str, side_b: str) -> Path:
    row = {
        "side_a": side_a, "side_b": side_b, "games": 100, "draws": 10, "wins_a": 60, "wins_b": 30,
        "wins_first_seat": 50, "wins_second_seat": 40,
    }  # fmt: skip
    folder.mkdir(parents=True)
    (folder / "validation.json").write_text(json.dumps({"matchups": [row]}))
    return folder


def test_the_full_mode_trains_every_variant_and_plays_every_matchup(job: MakeJob) -> None:
    train, validate = Tune().stages(job())
    assert [task.id for task in train.tasks] == ["train/ember", "train/tide"]
    assert [task.id for task in validate.tasks] == ["validate/ember-tide", "validate/ember-grove"]


def test_each_variant_has_its_own_arguments_and_weights(job: MakeJob) -> None:
    train, _ = Tune().stages(job())
    assert [task.steps for task in train.tasks] == [(("tune", "data/ember.toml"),), (("tune", "tide"),)]
    assert train.tasks[1].weights == ("data/tide.toml", "data/t2.toml")


def test_the_validation_waits_for_training_and_plays_with_what_it_made(job: MakeJob) -> None:
    _, validate = Tune().stages(job())
    assert (validate.inputs, validate.proceed, validate.restore_weights) == (("train",), "any", True)
    assert validate.tasks[0].steps == (("play", "ember-tide", "10", "${output}/validation.json"),)


def test_both_stages_build_first(job: MakeJob) -> None:
    assert [stage.build for stage in Tune().stages(job())] == [("make",), ("make",)]


def test_the_sequential_mode_plays_all_matchups_in_one_task(job: MakeJob) -> None:
    validation = {"command": ["play", "${output}/v.json"], "matchups": ["a-b", "a-c"], "mode": "sequential"}
    (task,) = Tune().stages(job(validation=validation))[1].tasks
    assert task.id == "validate/all"
    assert task.steps == (
        ("mkdir", "${output}/a-b", "${output}/a-c"),
        (
            "env",
            "RUNNER_PARAM_MATCHUP=a-b",
            "RUNNER_OUTPUT_DIR=${output}/a-b",
            "play",
            "${output}/a-b/v.json",
        ),
        (
            "env",
            "RUNNER_PARAM_MATCHUP=a-c",
            "RUNNER_OUTPUT_DIR=${output}/a-c",
            "play",
            "${output}/a-c/v.json",
        ),
    )


def test_the_validation_has_a_timeout_of_its_own(job: MakeJob) -> None:
    train, validate = Tune().stages(
        job(validation={"command": ["play"], "matchups": ["a-b"], "timeout": "2h"})
    )
    assert (train.requirements.timeout, validate.requirements.timeout) == (3600, 7200)


def test_train_only_leaves_the_validation_out(job: MakeJob) -> None:
    assert [stage.name for stage in Tune().stages(job(mode="train-only"))] == ["train"]


def test_validate_only_uses_the_weights_as_they_stand(job: MakeJob) -> None:
    (validate,) = Tune().stages(job(mode="validate-only"))
    assert (validate.name, validate.inputs, validate.restore_weights) == ("validate", (), False)
    assert Tune().deployed(job(mode="validate-only")) == ()


def test_validate_only_without_a_validation_is_refused(job: MakeJob) -> None:
    with pytest.raises(InputError, match=r"no spec\.validation"):
        Tune().stages(job(mode="validate-only", validation=None))


def test_weights_land_where_they_stand(job: MakeJob) -> None:
    assert [(file.task, file.path, file.to) for file in Tune().deployed(job())] == [
        ("train/ember", "weights/data/ember.toml", "data/ember.toml"),
        ("train/tide", "weights/data/tide.toml", "data/tide.toml"),
        ("train/tide", "weights/data/t2.toml", "data/t2.toml"),
    ]


@pytest.mark.parametrize("mode", ["parallel", "sequential"])
def test_all_matchups_are_merged_whatever_the_mode(mode: str, job: MakeJob, tmp_path: Path) -> None:
    manifest = job(validation={"command": ["play"], "matchups": ["ember-tide", "ember-grove"], "mode": mode})
    if mode == "parallel":
        tasks = succeeded("train/ember", "validate/ember-tide", "validate/ember-grove")
        folders = {"validate/ember-tide": tmp_path / "1", "validate/ember-grove": tmp_path / "2"}
        for (task, folder), other in zip(folders.items(), ("tide", "grove"), strict=True):
            assert write_document(folder, "ember", other), task
    else:
        tasks = succeeded("train/ember", "validate/all")
        folders = {"validate/all": tmp_path}
        write_document(tmp_path / "ember-tide", "ember", "tide")
        write_document(tmp_path / "ember-grove", "ember", "grove")
    findings = Tune().conclude(manifest, tasks, folders)
    assert findings.data["validation.json"]["games"] == 200
    assert findings.metrics["faction.ember.win_rate"].value == pytest.approx(0.65)
    assert findings.metrics["first_seat_win_rate"].trials == 200
    assert findings.sections[0].startswith("### Balance\n\n**imbalanced**")


def test_a_matchup_that_failed_is_named_and_the_others_count(job: MakeJob, tmp_path: Path) -> None:
    tasks = succeeded("train/ember", "validate/ember-tide")
    tasks["validate/ember-grove"] = TaskRecord(id="validate/ember-grove", outcome="timeout")
    findings = Tune().conclude(
        job(), tasks, {"validate/ember-tide": write_document(tmp_path / "1", "ember", "tide")}
    )
    assert findings.data["validation.json"]["games"] == 100
    assert "ember-grove: its task did not succeed" in findings.warnings


def test_a_variant_that_failed_is_named(job: MakeJob) -> None:
    tasks = {**succeeded("train/ember"), "train/tide": TaskRecord(id="train/tide", outcome="failed")}
    assert Tune().conclude(job(), tasks, {}).warnings == (
        "train/tide ended as failed: its weights stay as they were",
    )


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"matchups": 3}', b'{"matchups": [null]}', b"\xff", b"[" * 100_000]
)
def test_a_document_that_cannot_be_used_is_a_warning(content: bytes, job: MakeJob, tmp_path: Path) -> None:
    (tmp_path / "validation.json").write_bytes(content)
    tasks = succeeded("validate/ember-tide")
    findings = Tune().conclude(job(), tasks, {"validate/ember-tide": tmp_path})
    assert findings.warnings[0].startswith("ember-tide: ")
    assert findings.metrics == {}
