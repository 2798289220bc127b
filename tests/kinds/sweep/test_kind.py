"""How a sweep becomes stages: how many trials, who schedules them, what each stage is told."""

import json
from typing import Any

import pytest
from msgspec import convert

from runner.errors import InputError
from runner.kinds import KINDS
from runner.kinds.sweep import Sweep
from runner.kinds.sweep.shape import MOST_TRIALS, parallel_of, scheduler_of, trials_of, workers_of
from runner.kinds.sweep.spec import SweepJob
from runner.manifest.document import parse
from runner.manifest.load import load_document
from runner.plan.model import DeployedFile, Stage

GRID = {
    "method": "grid",
    "program": "train.py",
    "parameters": {"a": {"values": [1, 2, 3]}, "b": {"value": 0}},
}
RANDOM = {"method": "random", "program": "train.py", "parameters": {"x": {"min": 0.0, "max": 1.0}}}
BAYES = {**RANDOM, "method": "bayes", "metric": {"name": "loss"}}
KEY = ["WANDB_API_KEY"]


def job(sweep: object = GRID, **spec: Any) -> SweepJob:
    given = {"sweep": sweep, **spec}
    data = {
        "apiVersion": "runner/v1",
        "kind": "Sweep",
        "metadata": {"name": "sample"},
        "spec": {name: value for name, value in given.items() if value is not None},
    }
    return convert(data, SweepJob)


def stages(sweep: object = GRID, **spec: Any) -> tuple[Stage, ...]:
    return Sweep().stages(job(sweep, **spec))


def refusal(sweep: object = GRID, **spec: Any) -> InputError:
    with pytest.raises(InputError) as refused:
        stages(sweep, **spec)
    assert refused.value.place == "sample"
    return refused.value


@pytest.mark.parametrize(
    ("sweep", "count", "trials"),
    [
        (GRID, None, 3),
        (GRID, 2, 2),
        (GRID, 50, 3),
        ({**GRID, "run_cap": 1}, 2, 1),
        (RANDOM, None, 10),
        (RANDOM, 30, 30),
        ({**RANDOM, "run_cap": 4}, None, 4),
        ({**RANDOM, "run_cap": 40}, None, 10),
        ({**RANDOM, "run_cap": 40}, 50, 40),
    ],
)
def test_there_are_as_many_trials_as_are_asked_for_and_no_more_than_points(
    sweep: object, count: int | None, trials: int
) -> None:
    assert trials_of(job(sweep, count=count)) == trials
    assert len(stages(sweep, count=count)[0].tasks) == trials


@pytest.mark.parametrize(
    ("spec", "scheduler"),
    [
        ({}, "embedded"),
        ({"secrets": KEY}, "wandb"),
        ({"secrets": KEY, "scheduler": "embedded"}, "embedded"),
        ({"sweep": None, "sweep_id": "me/p/abc"}, "wandb"),
        ({"create_only": True}, "wandb"),
    ],
)
def test_auto_goes_to_w_and_b_where_there_is_a_key_or_the_sweep_is_there(
    spec: dict[str, Any], scheduler: str
) -> None:
    assert scheduler_of(job(**spec)) == scheduler


@pytest.mark.parametrize(
    ("sweep", "spec", "parallel"),
    [
        (RANDOM, {"count": 30}, 30),
        (RANDOM, {"count": 30, "runs_per_worker": 4}, 8),
        (RANDOM, {"count": 30, "resources": {"max_parallel": 3}}, 3),
        (RANDOM, {"count": 2, "resources": {"max_parallel": 3}}, 2),
        (BAYES, {"count": 30}, 4),
        (BAYES, {"count": 8}, 2),
        (BAYES, {"count": 2}, 1),
        (BAYES, {"count": 30, "resources": {"max_parallel": 9}}, 9),
        (BAYES, {"count": 30, "secrets": KEY}, 30),
    ],
)
def test_bayes_runs_few_at_once_where_nothing_says_how_many(
    sweep: object, spec: dict[str, Any], parallel: int
) -> None:
    assert parallel_of(job(sweep, **spec)) == parallel
    if scheduler_of(job(sweep, **spec)) == "embedded":
        (trials,) = stages(sweep, **spec)
        assert (trials.max_parallel or len(trials.tasks)) == parallel


def test_the_trials_of_an_offline_sweep_are_one_stage_that_searches() -> None:
    early = {"type": "hyperband", "min_iter": 3}
    metric = {"name": "reward", "goal": "maximize", "target": 5}
    command = ["python", "${program}", 3, "${args}"]
    (trials,) = stages({**RANDOM, "metric": metric, "early_terminate": early, "command": command}, count=2)
    assert [task.id for task in trials.tasks] == ["trials/01", "trials/02"]
    search = trials.search
    assert search is not None
    assert (search.method, search.metric, search.goal, search.target) == ("random", "reward", "maximize", 5.0)
    assert search.parameters == {"x": {"min": 0.0, "max": 1.0}}
    assert search.early_terminate == early
    assert (search.program, search.command) == ("train.py", ("python", "${program}", "3", "${args}"))
    assert not search.online
    assert trials.tasks[0].steps == (search.command,)
    assert trials.requirements.retries == 1
    assert (trials.inputs, trials.files, trials.env_from) == ((), {}, {})


def test_a_null_is_a_constant_like_any_other() -> None:
    (trials,) = stages({**GRID, "parameters": {"a": {"value": None}, "b": {"values": [None, 1]}}})
    assert trials.search is not None
    assert trials.search.parameters == {"a": {"value": None}, "b": {"values": [None, 1]}}


def test_the_trials_of_an_online_sweep_wait_for_the_sweep_at_w_and_b() -> None:
    opened, trials = stages(scheduler="embedded", secrets=KEY)
    assert (opened.name, [task.id for task in opened.tasks]) == ("sweep", ["sweep/open"])
    assert trials.inputs == ("sweep",)
    assert trials.env_from == {
        "WANDB_SWEEP_ID": "sweep/open/sweep-id.txt",
        "WANDB_ENTITY": "sweep/open/entity.txt",
        "WANDB_PROJECT": "sweep/open/project.txt",
    }
    assert trials.search is not None and trials.search.online
    assert json.loads(opened.files["settings.json"])["local_controller"]


def test_w_and_b_schedules_through_agents_between_opening_and_reading() -> None:
    opened, agents, study = stages(
        RANDOM, secrets=[*KEY, "OTHER"], count=10, runs_per_worker=4, resources={"timeout": "10m"}
    )
    assert [task.id for task in agents.tasks] == ["agents/01", "agents/02", "agents/03"]
    assert [task.parameters for task in agents.tasks] == [{"runs": "4"}, {"runs": "4"}, {"runs": "2"}]
    assert agents.tasks[0].steps == (("python", "${files}/run_agent.py"),)
    assert agents.requirements.timeout == 4 * 600 + 120
    assert agents.secrets == ("WANDB_API_KEY", "OTHER")
    assert (agents.inputs, study.inputs, study.proceed) == (("sweep",), ("sweep", "agents"), "any")
    assert opened.secrets == study.secrets == ("WANDB_API_KEY",)
    assert set(agents.files) == {"run_agent.py", "wandb_api.py", "settings.json"}
    assert not any(stage.search for stage in (opened, agents, study))


def test_an_agent_has_no_more_time_than_its_trials_need() -> None:
    agents = stages(secrets=KEY, runs_per_worker=100, resources={"timeout": "1m"})[1]
    assert agents.requirements.timeout == 3 * 60 + 120


def test_no_more_workers_start_than_there_are_points() -> None:
    made = job(secrets=KEY, count=50, runs_per_worker=2)
    assert (workers_of(made), len(Sweep().stages(made)[1].tasks)) == (2, 2)


def test_a_sweep_that_is_only_created_needs_no_program() -> None:
    (opened,) = stages({**RANDOM, "program": None}, create_only=True, secrets=KEY)
    settings = json.loads(opened.files["settings.json"])
    assert settings["create_only"]
    assert "run_cap" not in settings["sweep"]


def test_the_settings_say_where_the_sweep_is_and_when_it_ends() -> None:
    sweep = {**RANDOM, "name": "mine", "project": "its", "entity": "team"}
    opened = stages(sweep, secrets=KEY, project="other", count=7, resources={"timeout": "5m"})[0]
    assert json.loads(opened.files["settings.json"]) == {
        "sweep": {**RANDOM, "name": "mine", "project": "other", "entity": "team", "run_cap": 7},
        "sweep_id": "",
        "entity": "team",
        "project": "other",
        "name": "mine",
        "count": 7,
        "runs_per_worker": 1,
        "timeout": 300,
        "create_only": False,
        "local_controller": False,
        "metric": "",
    }


@pytest.mark.parametrize(("count", "cap"), [(None, None), (3, None), (2, 2)])
def test_a_grid_is_capped_only_where_it_would_not_end_by_itself(count: int | None, cap: int | None) -> None:
    opened = stages(secrets=KEY, count=count)[0]
    assert json.loads(opened.files["settings.json"])["sweep"].get("run_cap") == cap


@pytest.mark.parametrize(
    ("sweep_id", "place"),
    [
        ("abc", ("team", "mine", "abc")),
        ("p/abc", ("team", "p", "abc")),
        ("me/p/abc", ("me", "p", "abc")),
    ],
)
def test_a_sweep_that_exists_is_where_its_id_says(sweep_id: str, place: tuple[str, ...]) -> None:
    opened = stages(None, sweep_id=sweep_id, secrets=KEY, entity="team", project="mine")[0]
    settings = json.loads(opened.files["settings.json"])
    assert (settings["entity"], settings["project"], settings["sweep_id"]) == place
    assert settings["sweep"] is None


@pytest.mark.parametrize(
    ("spec", "code", "words"),
    [
        ({"sweep": None}, "sweep-missing", "there is no sweep"),
        ({"sweep_id": "abc", "secrets": KEY}, "sweep-missing", "there are two sweeps"),
        ({"scheduler": "wandb"}, "sweep-key", "does not name WANDB_API_KEY"),
        ({"create_only": True}, "sweep-key", "does not name WANDB_API_KEY"),
        (
            {"sweep": None, "sweep_id": "abc", "scheduler": "embedded"},
            "sweep-contradiction",
            "at W&B already",
        ),
        ({"sweep": None, "sweep_id": "abc", "create_only": True}, "sweep-contradiction", "create_only asks"),
        ({"create_only": True, "scheduler": "embedded"}, "sweep-contradiction", "has none there"),
        ({"sweep": {**GRID, "program": None}}, "sweep-program", "names no program"),
        ({"sweep": {**RANDOM, "method": "grid"}}, "sweep-space", "continuous range"),
        ({"sweep": {**GRID, "parameters": {"a": {"min": 3}}}}, "sweep-space", "a: nothing says"),
    ],
)
def test_what_cannot_be_run_is_refused_with_a_fix(spec: dict[str, Any], code: str, words: str) -> None:
    refused = refusal(**{"sweep": GRID, **spec})
    assert refused.code == code
    assert words in refused.message
    assert refused.fix


def test_a_sweep_of_too_many_trials_is_refused() -> None:
    large = {**GRID, "parameters": {name: {"values": list(range(100))} for name in "abc"}}
    assert refusal(large).code == "sweep-too-large"
    assert len(stages(large, count=MOST_TRIALS)[0].tasks) == MOST_TRIALS


def test_a_file_that_was_not_read_is_told() -> None:
    assert refusal("config/grid.yaml").code == "sweep-file"


def test_what_is_best_is_deployed_under_names_that_are_known_before() -> None:
    files = [
        {"from": "best.yaml", "to": "config/best.yaml"},
        {"from": "best:weights/p.bin", "to": "data/p.bin"},
        {"from": "trials/02:log.csv", "to": "data/log.csv"},
    ]
    assert Sweep().deployed(job(deploy={"files": files})) == (
        DeployedFile("", "best.yaml", "config/best.yaml"),
        DeployedFile("best", "weights/p.bin", "data/p.bin"),
        DeployedFile("trials/02", "log.csv", "data/log.csv"),
    )


def test_a_file_of_no_task_is_not_deployed() -> None:
    with pytest.raises(InputError) as refused:
        Sweep().deployed(job(deploy={"files": [{"from": "trials/99:x", "to": "y"}]}))
    assert refused.value.code == "deploy-without-task"


def test_the_template_is_a_random_sweep_that_lands_its_best() -> None:
    text = Sweep().template("mine")
    loaded = load_document(parse(text), {name: kind.job_type for name, kind in KINDS.items()})
    (trials,) = Sweep().stages(loaded.job)
    assert (len(trials.tasks), trials.max_parallel) == (8, 4)
    assert Sweep().deployed(loaded.job) == (DeployedFile("", "best.yaml", "config/mine.yaml"),)
