"""The example job, killed outright again and again, and finished all the same."""

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
KILLS = 10


def runner(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "runner", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def killed_after(process: subprocess.Popen[str], seconds: float) -> bool:
    """Whether the process was still there to be killed."""
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return True
    return False


def events(folder: Path) -> list[dict[str, Any]]:
    (journal,) = folder.glob(".runner/runs/*/journal.jsonl")
    return [json.loads(line) for line in journal.read_text().splitlines()]


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_run_killed_ten_times_comes_to_one_result_and_repeats_no_finished_task(clone: Path) -> None:
    moments = random.Random(2026)
    whole = 20.0  # seconds that the job takes undisturbed, roughly
    kills = killed_after(runner(clone, "run", "jobs/skirmish-weights.yaml", "--backend", "local"), 3.0)
    for _ in range(KILLS - 1):
        kills += killed_after(runner(clone, "retry"), moments.uniform(0.05, whole / KILLS))
    last = runner(clone, "retry")
    output, _ = last.communicate(timeout=240)
    assert kills >= KILLS - 2
    # Whether the new weights beat those that were accepted last is not the question here.
    (result,) = clone.glob(".runner/runs/*/report/result.json")
    assert json.loads(result.read_text())["state"] == "succeeded", output

    happened = events(clone)
    succeeded = Counter(event["task"] for event in happened if event.get("outcome") == "succeeded")
    assert len(succeeded) == 7
    assert set(succeeded.values()) == {1}
    assert [event["event"] for event in happened].count("run-finished") == 1
    for task in succeeded:
        own = [event for event in happened if event.get("task") == task]
        assert own[-1]["event"] == "attempt-finished"
        assert own[-1]["outcome"] == "succeeded"

    branches = subprocess.run(
        ["git", "branch", "--list", "runner/*"], cwd=clone, capture_output=True, text=True, check=True
    )
    assert branches.stdout.split() == ["runner/skirmish-weights"]


@pytest.mark.slow
@pytest.mark.exhaustive
def test_an_interrupted_run_trains_the_same_weights_as_an_undisturbed_one(clone: Path) -> None:
    """Checkpoints carry on where they were, so not a byte of the weights differs."""
    options = ("skirmish-demo", "--set", "spec.seed=7", "--no-publish")
    assert killed_after(runner(clone, "run", *options), 1.5)
    for arguments in (["retry"], ["run", *options]):
        process = runner(clone, *arguments)
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
    reports = [
        json.loads(path.read_text()) for path in sorted(clone.glob(".runner/runs/*/report/result.json"))
    ]
    first, second = ([weight["sha256"] for weight in report["weights"]] for report in reports)
    assert len(first) == 4
    assert first == second
