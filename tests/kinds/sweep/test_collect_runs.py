"""A study is what W&B knows of the runs of a sweep."""

from pathlib import Path
from typing import Any

import pytest

from tests.kinds.sweep.errands import Errands
from tests.standins.wandb.server import WandbServer
from tests.standins.wandb.state import Run


@pytest.fixture
def errands(tmp_path: Path, wandb_server: WandbServer) -> Errands:
    made = Errands(tmp_path, wandb_server)
    assert made.open()[0] == 0
    return made


def add(server: WandbServer, number: int, state: Any = "finished", **summary: Any) -> Run:
    """A run as an agent and its program leave it."""
    sweep = server.sweeps[0]
    run = Run(sweep.project, f"r{number:04d}", sweep=sweep.name, state=state, created=1.8e9 + number)
    run.heard = run.created + 5
    run.config = {
        "x": {"value": number, "desc": None},
        "plan": {"value": {"start": 0.5}},
        "own": {"value": 1},
        "_wandb": {"value": {}},
    }
    run.summary = summary
    server._world.runs[run.name] = run
    return run


def test_a_study_holds_every_run_however_many_there_are(errands: Errands, wandb_server: WandbServer) -> None:
    for number in range(250):
        add(wandb_server, number, loss=number, eval={"best": 1.5}, table={"_type": "table"}, _runtime=3)
    add(wandb_server, 250, "crashed", loss=float("nan"), text="x")
    code, said, complaint = errands.study()
    assert (code, said) == (0, "251 runs: 250 finished, 1 crashed\n"), complaint
    study = errands.studied()
    assert study["sweep"]["run_count"] == 251
    assert study["sweep"]["metric"] == {"name": "loss", "goal": "minimize"}
    assert [run["value"] for run in study["runs"]] == [*range(250), None]
    assert study["runs"][7] == {
        "id": "r0007",
        "name": "r0007",
        "state": "finished",
        "config": {"x": 7, "plan": {"start": 0.5}},
        "summary": {"loss": 7, "eval.best": 1.5},
        "value": 7,
        "seconds": 5.0,
        "created": study["runs"][7]["created"],
        "url": "https://wandb.example/me/games/runs/r0007",
    }
    assert study["runs"][250]["summary"] == {}
    assert wandb_server.unknown == []


@pytest.mark.parametrize(
    ("states", "sentence"),
    [
        ([], "the sweep has no runs"),
        (["failed"], "the only run failed; why is in the log: runner logs run-1"),
        (["failed", "failed"], "every one of the 2 runs failed; why is in the log: runner logs run-1"),
        (
            ["failed", "crashed"],
            "every one of the 2 runs ended without finishing; why is in the log: runner logs run-1",
        ),
    ],
)
def test_a_sweep_without_a_finished_run_is_no_study(
    errands: Errands, wandb_server: WandbServer, states: list[str], sentence: str
) -> None:
    for number, state in enumerate(states):
        add(wandb_server, number, state)
    code, _, complaint = errands.study()
    assert (code, complaint) == (1, f"{sentence}\n")
    assert len(errands.studied()["runs"]) == len(states)


def test_a_question_without_an_answer_is_asked_again(errands: Errands, wandb_server: WandbServer) -> None:
    add(wandb_server, 1, loss=1)
    wandb_server.drop("Runs")
    assert errands.study()[0] == 0
    assert wandb_server.counts()["Runs"] == 2


@pytest.mark.parametrize(
    ("agents", "settings", "state"),
    [
        (["01", "02"], {}, "FINISHED"),
        (["01"], {}, "RUNNING"),
        (["01", "02"], {"sweep_id": "me/games/another"}, "RUNNING"),
    ],
    ids=["ours", "one of its agents is to be tried again", "somebody else's"],
)
def test_a_sweep_ends_with_the_agents_that_it_was_created_for(
    errands: Errands, wandb_server: WandbServer, agents: list[str], settings: dict[str, Any], state: str
) -> None:
    wandb_server.set_sweep_state(errands.opened()["id"], "RUNNING")
    add(wandb_server, 1, loss=1)
    for name in agents:
        (errands.input / "agents" / name).mkdir(parents=True)
    told = {"count": 3, "runs_per_worker": 2, **settings}
    code, _, complaint = errands.run("collect_runs.py", "study/runs", told)
    assert (code, complaint) == (0, "")
    assert errands.studied()["sweep"]["state"] == wandb_server.sweeps[0].state == state


def test_why_no_run_finished_is_in_the_log_of_an_agent(errands: Errands, wandb_server: WandbServer) -> None:
    add(wandb_server, 1, "failed")
    (errands.input / "agents/01").mkdir(parents=True)
    assert errands.study()[2] == "the only run failed; why is in the log: runner logs run-1 agents/01\n"
