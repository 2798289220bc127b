"""The same training program, not one line changed, in every way in which a trial of a sweep can be run."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.conftest import Checkout
from tests.standins.wandb.client import run_wandb
from tests.standins.wandb.server import WandbServer
from tests.standins.wandb.state import Run

ROOT = Path(__file__).parents[2]

TRAIN = """\
import wandb

with wandb.init() as run:
    for step in range(3):
        wandb.log({"loss": wandb.config.x * (3 - step)})
"""


class Program(NamedTuple):
    """A program in a repository, and a sweep of it whose trials come to the same wherever they run."""

    repository: Path
    sweep: dict[str, Any]

    @property
    def metric(self) -> str:
        """What it logs."""
        return str(self.sweep["metric"]["name"])


class Seen(NamedTuple):
    """What W&B shows of a run of a sweep."""

    state: str
    exit_code: int | None
    point: dict[str, Any]
    history: list[float]


@pytest.fixture
def tiny(checkout: Callable[..., Checkout]) -> Program:
    """A program that knows nothing but W&B's client."""
    sweep = {
        "program": "train.py",
        "method": "grid",
        "metric": {"name": "loss", "goal": "minimize"},
        "parameters": {"x": {"values": [0.5, 1.5]}},
    }
    return Program(checkout("tiny", files={"train.py": TRAIN}).root, sweep)


@pytest.fixture
def cartpole(clone: Path) -> Program:
    """PPO on CartPole, as the example sweeps start it, but briefly."""
    sweep = {
        "program": "workloads/cartpole/train.py",
        "method": "grid",
        "metric": {"name": "train/roll/ep_rew/mean", "goal": "maximize"},
        "command": [
            "${env}", "${interpreter}", "${program}", "--config_id", "CartPole-v1:ppo", "--wandb_sweep",
            "--seed", "7",
        ],
        "parameters": {"n_epochs": {"values": [2]}, "max_env_steps": {"value": 2048}},
    }  # fmt: skip
    return Program(clone, sweep)


class Way(NamedTuple):
    """A way to run a program's sweep: a job of this name, which logs to the project of the same name."""

    name: str
    spec: dict[str, Any]
    server: WandbServer | None
    """Where there is an account."""

    def files(self) -> dict[str, str | bytes]:
        """The job, for the repository."""
        limits = {"cpu": 0.5, "memory": "2GiB", "timeout": "2m", "retries": 0}
        spec = {"sweep": "sweep.yaml", "project": self.name, "resources": limits, **self.spec}
        if self.server is not None:
            spec |= {"secrets": ["WANDB_API_KEY"], "env": {"WANDB_BASE_URL": self.server.url}}
        job = {"apiVersion": "runner/v1", "kind": "Sweep", "metadata": {"name": self.name}, "spec": spec}
        return {f"jobs/{self.name}.yaml": yaml.safe_dump(job)}

    def start(self, program: Program) -> "subprocess.Popen[str]":
        """`runner run`."""
        told = {**self.server.environment(), "WANDB_APP_URL": "https://wandb.example"} if self.server else {}
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "runner", "run", self.name, "--backend", "local"],
            cwd=program.repository,
            env={**os.environ, "PYTHONPATH": str(ROOT), **told},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def run_all(program: Program, *ways: Way) -> None:
    """Runs the program's sweep in each way, all at the same time."""
    files: dict[str, str | bytes] = {"sweep.yaml": yaml.safe_dump(program.sweep)}
    for way in ways:
        files |= way.files()
    Checkout(program.repository).commit(files)
    for process in [way.start(program) for way in ways]:
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output


def offline_runs(program: Program) -> list[str]:
    """The folders that W&B's client wrote without an account, in what the trials left behind."""
    found = program.repository.glob(".runner/runs/*/**/wandb/offline-run-*")
    return sorted(str(path) for path in found if path.is_dir())


def synced(program: Program, server: WandbServer, folder: Path) -> None:
    """`wandb sync` of all offline runs."""
    done = run_wandb(server, folder, "sync", "--yes", *offline_runs(program))
    assert done.returncode == 0, done.stdout + done.stderr


def seen(runs: list[Run], program: Program) -> list[Seen]:
    """The runs in the order of their points, with the sweep's parameters and metric."""
    names = program.sweep["parameters"]
    found = [
        Seen(
            run.state,
            run.exit_code,
            {name: run.point.get(name) for name in names},
            [row[program.metric] for row in run.history if program.metric in row],
        )
        for run in runs
    ]
    return sorted(found, key=lambda run: str(run.point))


def by_project(server: WandbServer, program: Program) -> Mapping[str, list[Seen]]:
    """What W&B shows of each project."""
    runs: dict[str, list[Run]] = {}
    for run in server.all_runs:
        assert run.sweep
        runs.setdefault(run.project.name, []).append(run)
    return {project: seen(found, program) for project, found in runs.items()}


def test_what_ran_without_an_account_is_synced_to_wandb_as_it_was(
    tiny: Program, wandb_server: WandbServer, tmp_path: Path
) -> None:
    run_all(tiny, Way("offline", {"count": 1}, None))
    synced(tiny, wandb_server, tmp_path)
    assert by_project(wandb_server, tiny) == {"offline": [Seen("finished", 0, {"x": 0.5}, [1.5, 1.0, 0.5])]}
    (sweep,) = wandb_server.unknown_sweeps
    assert (tiny.repository / ".runner/runs" / sweep).is_dir()


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("which", ["tiny", "cartpole"])
def test_a_program_runs_unchanged_under_an_agent_and_under_every_scheduler(
    request: pytest.FixtureRequest, which: str, wandb_server: WandbServer, tmp_path: Path
) -> None:
    program: Program = request.getfixturevalue(which)
    sweep = wandb_server.create_sweep(program.sweep, "agent")
    with ThreadPoolExecutor(1) as pool:
        agent = pool.submit(run_wandb, wandb_server, program.repository, "agent", f"me/agent/{sweep.name}")
        run_all(
            program,
            Way("scheduled", {"scheduler": "wandb"}, wandb_server),
            Way("online", {"scheduler": "embedded"}, wandb_server),
            Way("offline", {}, None),
        )
    assert agent.result().returncode == 0, agent.result().stderr
    synced(program, wandb_server, tmp_path)
    found = by_project(wandb_server, program)
    assert found.keys() == {"agent", "scheduled", "online", "offline"}
    assert found["agent"][0].state == "finished"
    assert found["agent"][0].history
    assert found["agent"] == found["scheduled"] == found["online"] == found["offline"]
