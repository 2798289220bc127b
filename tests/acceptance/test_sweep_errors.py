"""What goes wrong with W&B is one clear sentence and the right exit code; nothing is left running."""

import itertools
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Checkout
from tests.standins.modal.client import Plane
from tests.standins.wandb.server import WandbServer

ROOT = Path(__file__).parents[2]
Runner = Callable[..., subprocess.CompletedProcess[str]]

PROGRAM = """\
import sys, wandb
run = wandb.init()
if "fail" in sys.argv:
    sys.exit("no such file: data.csv")
run.log({"loss": run.config["x"]})
"""
GRID: dict[str, Any] = {
    "method": "grid",
    "program": "train.py",
    "metric": {"name": "loss"},
    "parameters": {"x": {"values": [1, 2]}},
}
FAILING = {**GRID, "command": ["${interpreter}", "${program}", "fail"]}
RETRIES = {"cpu": 0.25, "memory": "1GiB", "timeout": "1m", "retries": 0, "max_parallel": 1}


class Team:
    """A repository with one sweep, for one W&B."""

    def __init__(self, checkout: Checkout, server: WandbServer, call: Runner) -> None:
        self.checkout = checkout
        self.server = server
        self.call = call

    def write(self, url: str = "", **spec: Any) -> None:
        """The sweep's manifest, which W&B schedules unless told otherwise."""
        here = {"WANDB_BASE_URL": url or self.server.url, "WANDB_APP_URL": "https://wandb.example"}
        whole = {
            "sweep": GRID,
            "scheduler": "wandb",
            "project": "games",
            "secrets": ["WANDB_API_KEY"],
            "runs_per_worker": 2,
            "env": here,
            "resources": RETRIES,
            **spec,
        }
        job = {"apiVersion": "runner/v1", "kind": "Sweep", "metadata": {"name": "tune"}}
        job["spec"] = {name: value for name, value in whole.items() if value is not None}
        self.checkout.commit({"jobs/tune.yaml": yaml.safe_dump(job), "train.py": PROGRAM})

    def run(self, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.call("run", "tune", **{"WANDB_API_KEY": self.server.key, **environment})

    def refused(self, sentence: str, **environment: str) -> None:
        """The run fails, and says why wherever a person looks. Nothing of it goes on."""
        done = self.run(**environment)
        assert (done.returncode, "Traceback" in done.stdout + done.stderr) == (1, False), done.stderr
        status = self.call("status", "latest").stdout
        shown = self.call("results", "show").stdout
        for text in (done.stdout, status, shown.replace("\\", "")):
            assert sentence in text, text
        self.at_rest()

    def at_rest(self) -> None:
        """No process is left that knows of this W&B; it waits for none of its runs."""
        deadline = time.monotonic() + 10
        while left := processes_of(self.server.url):
            assert time.monotonic() < deadline, left
            time.sleep(0.1)
        assert {run.state for run in self.server.all_runs} <= {"finished", "failed", "killed"}

    def states(self) -> list[str]:
        return [sweep.state for sweep in self.server.sweeps]


def processes_of(url: str) -> list[str]:
    """The processes with this address in their environment, but for this one."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if url.encode() in (entry / "environ").read_bytes():
                    found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue  # it ended while we looked, or is not ours
    return found


@pytest.fixture
def team(checkout: Callable[..., Checkout], wandb_server: WandbServer) -> Team:
    made = checkout("team")

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-m", "runner", *arguments],
            cwd=made.root,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            timeout=200,
        )

    return Team(made, wandb_server, run)


def test_a_key_that_is_not_named_or_not_set_stops_the_sweep_before_it_begins(team: Team) -> None:
    team.write(secrets=None)
    done = team.run()
    assert (done.returncode, "add secrets: [WANDB_API_KEY]" in done.stderr) == (2, True)
    team.write()
    done = team.call("run", "tune")
    assert (done.returncode, "the secret WANDB_API_KEY is not set" in done.stderr) == (2, True)
    assert (done.stderr.count("error["), done.stderr.count("fix: ")) == (1, 1)
    assert json.loads(team.call("status", "--json").stdout) == []
    assert team.server.requests == []


@pytest.mark.parametrize("scheduler", ["wandb", "embedded"])
def test_a_wrong_key_is_named_as_such_and_not_shown(team: Team, scheduler: str) -> None:
    team.write(scheduler=scheduler)
    team.refused("does not accept the key in WANDB_API_KEY", WANDB_API_KEY="f" * 40)
    assert "f" * 40 not in team.call("logs", "latest").stdout
    assert team.server.sweeps == []


def test_what_wandb_refuses_is_said_in_its_words(team: Team) -> None:
    team.write(entity="strangers")
    team.refused("W&B does not create the sweep in strangers/games: W&B says: entity strangers not found")
    team.write()
    team.server.fail("UpsertSweep", 400, message="Invalid sweep config: x is too nice")
    team.refused("W&B says: Invalid sweep config: x is too nice")
    team.write(sweep=None, sweep_id="me/games/nothing", count=2)
    team.refused("there is no sweep me/games/nothing at W&B, or this key may not see it")
    assert team.server.sweeps == []


def test_a_sweep_is_created_once_although_the_answer_is_lost_and_its_address_is_reported(team: Team) -> None:
    team.write(create_only=True)
    team.server.drop("UpsertSweep")
    done = team.run()
    assert done.returncode == 0, done.stdout + done.stderr
    (sweep,) = team.server.sweeps
    shown = team.call("results", "show").stdout
    assert f"https://wandb.example/me/games/sweeps/{sweep.name}" in shown
    assert sweep.state == "PENDING"
    team.at_rest()


@pytest.mark.exhaustive
def test_a_wandb_that_refuses_connections_is_named(team: Team) -> None:
    team.write(url="http://127.0.0.1:9")
    began = time.monotonic()
    team.refused("W&B at 127.0.0.1:9 cannot be reached: Connection refused")
    assert time.monotonic() - began < 20


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_wandb_that_never_answers_is_given_up_within_20_seconds(team: Team) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        team.write(url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        done = team.run()
    opening = json.loads(team.call("status", "latest", "--json").stdout)["tasks"][0]
    assert (opening["attempts"], opening["seconds"] < 20) == (1, True)
    assert (done.returncode, "W&B did not answer within" in done.stdout) == (1, True)


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_sweep_whose_every_run_fails_is_a_failure_whatever_its_agents_say(team: Team) -> None:
    team.write(sweep=FAILING, count=1)
    team.refused("the only run failed; why is in the log: runner logs")
    assert "no such file: data.csv" in team.call("logs", "latest", "agents/01").stdout
    assert team.states() == ["FINISHED"]


@pytest.mark.exhaustive
@pytest.mark.parametrize("secrets", [["WANDB_API_KEY"], None], ids=["online", "offline"])
def test_a_sweep_whose_every_trial_fails_says_why(team: Team, secrets: list[str] | None) -> None:
    team.write(sweep=FAILING, scheduler="embedded", secrets=secrets)
    team.refused("it ended with exit code 1: no such file: data.csv")


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_sweep_that_exists_is_worked_on_and_stays_its_owners(team: Team) -> None:
    sweep = team.server.create_sweep(GRID, "games")
    team.write(sweep=None, sweep_id=f"me/games/{sweep.name}", count=1, project=None)
    done = team.run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert [run.state for run in team.server.runs(sweep.name)] == ["finished"]
    assert team.states() == ["RUNNING"]
    team.at_rest()


@pytest.mark.exhaustive
def test_a_sweep_that_is_over_has_nothing_left_to_run(team: Team) -> None:
    sweep = team.server.create_sweep(GRID, "games")
    team.server.set_sweep_state(sweep.name, "FINISHED")
    team.write(sweep=None, sweep_id=sweep.name, count=1)
    team.refused("the sweep has no runs")
    assert "nothing is left to do: the sweep is FINISHED" in team.call("logs", "latest", "agents/01").stdout


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_wandb_that_fails_now_and_then_costs_time_alone(team: Team) -> None:
    operations = ("Viewer", "GetSweeps", "CreateAgent", "Heartbeat", "UpsertBucket", "file_stream", "Runs")
    for operation, status in zip(operations, itertools.cycle([429, 0, 500]), strict=False):
        team.server.fail(operation, status, moment="before")
    team.write()
    done = team.run()
    assert done.returncode == 0, done.stdout + done.stderr
    (sweep,) = team.server.sweeps
    assert sorted(run.summary["loss"] for run in team.server.runs(sweep.name)) == [1, 2]
    assert team.states() == ["FINISHED"]
    team.at_rest()


@pytest.mark.exhaustive
def test_a_key_that_is_missing_at_modal_comes_with_the_command_that_creates_it(
    team: Team, plane: Plane
) -> None:
    team.write()
    done = team.call("launch", "tune", "--backend", "modal")
    assert done.returncode == 4
    assert "modal secret create WANDB_API_KEY WANDB_API_KEY=" in done.stderr
    assert team.server.requests == []


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_sweep_that_is_launched_again_is_the_one_that_was_created(team: Team, plane: Plane) -> None:
    plane.secret("WANDB_API_KEY", {"WANDB_API_KEY": team.server.key})
    team.checkout.commit(
        {"runner.toml": f'[modal]\nprefix = "e{abs(hash(str(team.checkout.root))) % 10**8}"\n'}
    )
    team.write(create_only=True)
    launched = [team.call("launch", "tune", "--backend", "modal", "--json") for _ in range(2)]
    assert [done.returncode for done in launched] == [0, 0], launched[0].stderr + launched[1].stderr
    assert len({json.loads(done.stdout)[0]["run"] for done in launched}) == 1
    deadline = time.monotonic() + 60
    while not team.server.sweeps:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    time.sleep(3)
    assert team.states() == ["PENDING"]
