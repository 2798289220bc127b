"""W&B's own agent, within limits."""

import json
import signal
import time
from pathlib import Path

import pytest

from tests.kinds.sweep.errands import GRID, Errands
from tests.standins.wandb.server import WandbServer

TRAIN = """
import json, os, sys, time
import wandb

with wandb.init() as run:
    open(f"{run.config.x}.json", "w").write(json.dumps({"told": sorted(os.environ), "pid": os.getpid()}))
    run.log({"loss": run.config.x})
    if run.config.x == 2:
        time.sleep(100)
"""


@pytest.fixture
def errands(tmp_path: Path, wandb_server: WandbServer) -> Errands:
    made = Errands(tmp_path, wandb_server)
    (made.work / "train.py").write_text(TRAIN)
    return made


def opened(errands: Errands, **settings: object) -> None:
    code, _, complaint = errands.open(**settings)
    assert code == 0, complaint


def started(errands: Errands, x: int) -> dict[str, object]:
    """What a run wrote when it began."""
    path = errands.work / f"{x}.json"
    deadline = time.monotonic() + 40
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return dict(json.loads(path.read_text()))


def is_alive(pid: object) -> bool:
    """Whether a process is there, and not only waited for by nobody."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and ") Z " not in status.read_text()


@pytest.mark.exhaustive
def test_an_agent_does_its_share_within_limits_and_a_later_attempt_what_is_left(
    errands: Errands, wandb_server: WandbServer
) -> None:
    opened(errands)
    said, complaint = errands.agent(runs_per_worker=2, timeout=3).communicate(timeout=100)
    assert "a run took longer than 3 seconds and is ended" in said, complaint
    assert said.endswith("runs of this agent: 1 failed, 1 finished\n"), said
    told = started(errands, 1)["told"]
    assert isinstance(told, list)
    assert not {"RUNNER_OUTPUT_DIR", "RUNNER_CHECKPOINT_DIR"} & set(told)
    assert {"RUNNER_INPUT_DIR", "WANDB_RUN_ID"} <= set(told)
    assert errands.agent(runs_per_worker=1).communicate(timeout=100)[0] == "all runs were done before\n"
    wandb_server.set_sweep_state(errands.opened()["id"], "FINISHED")
    assert errands.agent(runs_per_worker=9).communicate(timeout=100)[0] == (
        "nothing is left to do: the sweep is FINISHED\n"
    )
    assert wandb_server.unknown == []


@pytest.mark.slow
def test_an_agent_that_is_told_to_end_leaves_nothing_running(
    errands: Errands, wandb_server: WandbServer
) -> None:
    opened(errands, sweep={**GRID, "parameters": {"x": {"values": [2]}}})
    agent = errands.agent()
    pid = started(errands, 2)["pid"]
    agent.send_signal(signal.SIGTERM)
    _, complaint = agent.communicate(timeout=30)
    assert agent.returncode == 143
    assert "the task is to end, and so does the agent" in complaint
    assert not is_alive(pid)
    assert [run.state for run in wandb_server.all_runs] == ["failed"]


def test_an_agent_whose_sweep_is_gone_says_so(errands: Errands, wandb_server: WandbServer) -> None:
    opened(errands)
    wandb_server.delete_sweep(errands.opened()["id"])
    agent = errands.agent()
    _, complaint = agent.communicate(timeout=30)
    assert agent.returncode == 1
    assert complaint == f"there is no sweep me/games/{errands.opened()['id']} at W&B any more\n"
