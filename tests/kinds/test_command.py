from typing import Any

import msgspec
import pytest

from runner.errors import InputError
from runner.kinds.command import Command, CommandJob
from runner.plan.model import DeployedFile


def job(**spec: Any) -> CommandJob:
    manifest = {"apiVersion": "runner/v1", "kind": "Command", "metadata": {"name": "train"}, "spec": spec}
    return msgspec.convert(manifest, CommandJob)


def test_a_command_without_a_matrix_is_one_task() -> None:
    (stage,) = Command().stages(job(command=["python", "train.py"]))
    assert [(task.id, task.steps) for task in stage.tasks] == [("run/command", (("python", "train.py"),))]


def test_a_matrix_becomes_a_task_per_combination_named_after_its_values() -> None:
    (stage,) = Command().stages(
        job(
            command=["train", "--lr=${matrix.lr}", "${matrix.fast}"],
            matrix={"lr": [0.1, 1], "fast": [True, "no"]},
        )
    )
    assert [task.id for task in stage.tasks] == [
        "run/lr=0.1,fast=true", "run/lr=0.1,fast=no", "run/lr=1,fast=true", "run/lr=1,fast=no",
    ]  # fmt: skip
    assert stage.tasks[0].steps == (("train", "--lr=0.1", "true"),)
    assert stage.tasks[0].parameters == {"lr": "0.1", "fast": "true"}


def test_values_that_cannot_be_a_path_are_numbered() -> None:
    (stage,) = Command().stages(job(command=["x"], matrix={"path": ["a/../b", "ok", "ok"]}))
    assert [task.id for task in stage.tasks] == ["run/1", "run/path=ok", "run/3"]


def test_regions_and_volumes_reach_the_stage_with_their_names_filled_in() -> None:
    (stage,) = Command().stages(
        job(
            command=["x"],
            resources={"region": "us-east"},
            volumes={"/data": "games-${experimenter}", "/logs": "${experiment}.logs"},
            experimenter="alice",
        )
    )
    assert stage.requirements.regions == ("us-east",)
    assert stage.volumes == {"/data": "games-alice", "/logs": "train.logs"}


def test_the_build_and_the_resources_are_the_stages() -> None:
    (stage,) = Command().stages(
        job(
            command=["x"],
            build=["make"],
            resources={"memory": "512MiB", "timeout": "1h30m", "max_parallel": 3},
        )
    )
    assert stage.build == ("make",)
    assert (stage.requirements.memory, stage.requirements.timeout, stage.max_parallel) == (
        512 * 2**20,
        5400,
        3,
    )


def test_a_deployed_file_of_the_only_task_needs_no_task_name() -> None:
    deployed = Command().deployed(
        job(command=["x"], deploy={"files": [{"from": "model.toml", "to": "data/model.toml"}]})
    )
    assert deployed == (DeployedFile("run/command", "model.toml", "data/model.toml"),)


def test_a_deployed_file_of_several_tasks_must_say_which() -> None:
    manifest = job(
        command=["x"],
        matrix={"seed": [1, 2]},
        deploy={"files": [{"from": "model.toml", "to": "data/model.toml"}]},
    )
    with pytest.raises(InputError, match="which task made the file") as caught:
        Command().deployed(manifest)
    assert "run/seed=1" in caught.value.fix
