from pathlib import Path

import pytest

from runner.cli.watch import describe, last_progress
from runner.engine.events import (
    AttemptFinished,
    AttemptStarted,
    AttemptStarting,
    BreakerTripped,
    CancelRequested,
    Event,
    RunFinished,
    RunOpened,
)
from runner.engine.state import State
from runner.plan.model import PinnedSource, Plan, Requirements, Stage, Task

FAILED = AttemptFinished(
    at=0.0, task="run/command", attempt=1, outcome="failed", started=0.0, ended=75.0, reason="exit code 3"
)


@pytest.fixture
def state() -> State:
    needs = Requirements(cpu=1, memory=1, timeout=1)
    stage = Stage(name="run", tasks=(Task("run/command", (("true",),)),), requirements=needs)
    return State(Plan(job="job", kind="Command", source=PinnedSource("c", "t"), manifest={}, stages=(stage,)))


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (RunOpened(0.0, 2), "job: 1 task on 2 cores"),
        (AttemptStarting(0.0, "run/command", 1, 60.0), None),
        (AttemptStarted(0.0, "run/command", 1), "run/command started"),
        (AttemptStarted(0.0, "run/command", 2), "run/command started (attempt 2)"),
        (FAILED, "run/command failed after 1m 15s: exit code 3"),
        (CancelRequested(0.0, "SIGINT"), "cancelling (SIGINT); again to end at once"),
        (BreakerTripped(0.0, "run", "5 tasks failed in a row"), "stopped: 5 tasks failed in a row"),
        (RunFinished(0.0, "succeeded"), "run succeeded"),
    ],
)
def test_what_happens_is_said_in_words(event: Event, line: str | None, state: State) -> None:
    assert describe(event, state) == line


def test_the_last_whole_line_of_progress_counts(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1, "loss": 3}\n{"step": 2, "loss": 2.5, "note": "x"}\n{"step": 3, "lo')
    assert last_progress(path) == {"step": 2.0, "loss": 2.5}


@pytest.mark.parametrize("content", [b"", b"\n", b"[1]\n", b"\xff\n", b"[" * 5000 + b"\n"])
def test_progress_that_cannot_be_read_is_no_progress(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(content)
    assert last_progress(path) == {}


def test_a_task_that_reports_nothing_has_no_progress(tmp_path: Path) -> None:
    assert last_progress(tmp_path / "metrics.jsonl") == {}
