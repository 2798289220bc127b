"""Hyperband ends trials early by what they report while they run, wherever they run and whoever is killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from runner.engine.events import AttemptFinished, AttemptStarted, Event, TrialMeasured, TrialStopping
from runner.engine.journal import read_events
from tests.conftest import Checkout
from tests.standins.modal.client import Plane

ROOT = Path(__file__).parents[2]

AT_WANDB = """\
import time, wandb

with wandb.init() as run:
    for step in range(20):
        wandb.log({"loss": wandb.config.x + 1 / (step + 1)})
        time.sleep(0.2)
"""

IN_A_FILE = """\
import json, os, signal, sys, time

x, steps = int(sys.argv[1].partition("=")[2]), int(os.environ["STEPS"])
signal.signal(signal.SIGTERM, lambda *_: (time.sleep(2), sys.exit(1)))  # it takes its time to end
with open(os.environ["RUNNER_OUTPUT_DIR"] + "/metrics.jsonl", "w", buffering=1) as metrics:
    for step in range(steps):
        print(json.dumps({"step": step, "loss": x + 1 / (step + 1)}), file=metrics)
        time.sleep(0.2)
"""


class Sweep:
    """A repository with a sweep whose first trial is the best and whose last is the worst."""

    def __init__(self, root: Path, prefix: str) -> None:
        self.root = root
        self.prefix = prefix
        self._points: list[int] = []

    def write(self, program: str, trials: int = 4, steps: int = 30) -> None:
        """The job that runs a program at so many points, all at once."""
        self._points = list(range(1, trials + 1))
        sweep = {
            "method": "grid",
            "program": "train.py",
            "metric": {"name": "loss", "goal": "minimize"},
            "early_terminate": {"type": "hyperband", "min_iter": 3, "eta": 2},
            "command": ["${interpreter}", "${program}", "${args_no_hyphens}"],
            "parameters": {"x": {"values": self._points}},
        }
        limits = {"cpu": 0.5, "memory": "1GiB", "timeout": "2m", "retries": 2}
        spec = {"sweep": sweep, "resources": limits, "env": {"STEPS": str(steps)}}
        job = {"apiVersion": "runner/v1", "kind": "Sweep", "metadata": {"name": "early"}, "spec": spec}
        settings = f'[modal]\nprefix = "{self.prefix}"\n'
        files = {"train.py": program, "jobs/early.yaml": yaml.safe_dump(job), "runner.toml": settings}
        Checkout(self.root).commit(dict(files))

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "runner", *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def end(self, process: "subprocess.Popen[str]") -> None:
        """Waits for a command to succeed."""
        output, _ = process.communicate(timeout=240)
        assert process.returncode == 0, output

    def events(self) -> list[Any]:
        """What the journal on this machine holds, once there is one."""
        journals = list(self.root.glob(".runner/runs/*/journal.jsonl"))
        return read_events(journals[0]) if journals else []

    def study(self) -> list[dict[str, Any]]:
        (study,) = self.root.glob(".runner/runs/*/report/data/study.json")
        return list(json.loads(study.read_text())["trials"])

    def check(self) -> None:
        """The best trial finished, the worst was stopped, and none of them began again once it was."""
        events, trials = self.events(), self.study()
        assert [trial["parameters"]["x"] for trial in trials] == self._points
        assert trials[0]["state"] == "finished"
        assert trials[-1]["state"] == "stopped"
        assert {trial["state"] for trial in trials} == {"finished", "stopped"}
        stopped = {trial["name"]: trial for trial in trials if trial["state"] == "stopped"}
        assert stopped.keys() == {event.task for event in events if isinstance(event, TrialStopping)}
        measured = {event.task: event.value for event in events if isinstance(event, TrialMeasured)}
        for name, trial in stopped.items():
            assert trial["parameters"]["x"] < trial["value"] < trial["parameters"]["x"] + 0.5
            assert trial["value"] == measured[name]
            (stopping,) = [e for e in events if isinstance(e, TrialStopping) and e.task == name]
            begun = [e.attempt for e in events if isinstance(e, AttemptStarted) and e.task == name]
            assert begun[-1] == stopping.attempt


def is_stopping(events: list[Any]) -> bool:
    """Whether a trial was told to end and has not ended yet."""
    told = {(event.task, event.attempt) for event in events if isinstance(event, TrialStopping)}
    return bool(
        told - {(event.task, event.attempt) for event in events if isinstance(event, AttemptFinished)}
    )


def until(ready: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    """Waits for something to come to pass in a run."""
    deadline = time.monotonic() + 120
    while not ready():
        assert time.monotonic() < deadline and process.poll() is None, "it did not come to pass"
        time.sleep(0.05)


@pytest.fixture
def sweep(checkout: Callable[..., Checkout], tmp_path: Path) -> Sweep:
    return Sweep(checkout("early").root, f"h{abs(hash(tmp_path)) % 10**8}")


def test_a_program_that_reports_to_wandb_alone_is_ended_early_without_an_account(sweep: Sweep) -> None:
    sweep.write(AT_WANDB, trials=3)
    sweep.end(sweep.start("run", "early", "--no-publish"))
    sweep.check()


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_trial_that_was_told_to_end_is_stopped_even_where_the_driver_is_killed(sweep: Sweep) -> None:
    sweep.write(IN_A_FILE)
    driver = sweep.start("run", "early", "--no-publish")
    until(lambda: is_stopping(sweep.events()), driver)
    driver.send_signal(signal.SIGKILL)
    driver.communicate()
    assert is_stopping(sweep.events())
    sweep.end(sweep.start("retry"))
    sweep.check()


@pytest.mark.slow
@pytest.mark.exhaustive
def test_on_modal_trials_are_ended_early_and_stay_so_where_the_coordinator_is_killed(
    sweep: Sweep, plane: Plane
) -> None:
    import modal

    sweep.write(IN_A_FILE, steps=100)
    driver = sweep.start("run", "early", "--backend", "modal", "--no-publish")
    control = modal.Volume.from_name(f"{sweep.prefix}-control", version=2)

    def there() -> list[Any]:
        """What the journal at the provider holds."""
        try:
            (run,) = [path.name for path in sweep.root.glob(".runner/runs/*")]
            content = b"".join(control.read_file(f"/runs/{run}/journal.jsonl"))
        except (FileNotFoundError, ValueError, modal.exception.NotFoundError):
            return []
        return msgspec.json.Decoder(Event).decode_lines(content)

    until(lambda: is_stopping(there()), driver)
    assert plane.kill("coordinate")
    assert is_stopping(there())
    sweep.end(driver)
    sweep.check()
