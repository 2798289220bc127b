from pathlib import Path

import pytest

from runner.cli.watch import describe
from runner.engine.events import (
    AttemptFinished,
    AttemptStarted,
    AttemptStarting,
    BreakerTripped,
    CancelRequested,
    Event,
    RunFinished,
    RunOpened,
    SearchEnded,
    TrialMeasured,
    TrialStopping,
    TrialSuggested,
)
from runner.engine.state import State
from runner.plan.model import PinnedSource, Plan, Requirements, Search, Stage, Task
from runner.results.progress import last_progress

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


@pytest.fixture
def search() -> State:
    """A trial that came to 0.5, and one that runs."""
    search = Search(method="grid", parameters={}, command=("true",), metric="loss")
    tasks = tuple(Task(f"trials/{number}", (("true",),)) for number in (1, 2, 3))
    needs = Requirements(cpu=1, memory=1, timeout=1)
    stage = Stage(name="trials", tasks=tasks, requirements=needs, search=search)
    plan = Plan(job="job", kind="Sweep", source=PinnedSource("c", "t"), manifest={}, stages=(stage,))
    state = State(plan)
    state.apply(RunOpened(0.0, 2))
    for number in (1, 2):
        state.apply(TrialSuggested(0.0, f"trials/{number}", {"lr": number / 10, "net": {"depth": 2}}))
        state.apply(AttemptStarting(0.0, f"trials/{number}", 1, 60.0))
    state.apply(
        AttemptFinished(at=0.0, task="trials/1", attempt=1, outcome="succeeded", started=0.0, ended=1.0)
    )
    state.apply(TrialMeasured(0.0, "trials/1", 1, 0.5))
    return state


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (TrialSuggested(0.0, "trials/3", {"lr": 0.3}), None),
        (AttemptStarted(0.0, "trials/2", 1), "trials/2 started [lr=0.2, net.depth=2]"),
        (TrialStopping(0.0, "trials/2", 1, "others did better"), "trials/2 is to stop: others did better"),
        (SearchEnded(0.0, "trials", "enough"), "no further trial of trials is begun: enough"),
        (TrialMeasured(0.0, "trials/2", 1), "trials/2 did not report loss"),
    ],
)
def test_what_a_search_does_is_said_in_words(event: Event, line: str | None, search: State) -> None:
    assert describe(event, search) == line


def test_a_trial_that_was_stopped_is_not_said_to_be_cancelled(search: State) -> None:
    search.apply(TrialStopping(0.0, "trials/2", 1, "others did better"))
    ended = AttemptFinished(
        at=0.0, task="trials/2", attempt=1, outcome="cancelled", started=0.0, ended=2.0, reason="worse"
    )
    search.apply(ended)
    assert describe(ended, search) == "trials/2 stopped after 2.0s: worse"


def test_the_value_of_a_trial_is_said_and_whether_it_is_the_best(search: State) -> None:
    measured = TrialMeasured(0.0, "trials/1", 1, 0.5)
    assert describe(measured, search) == "trials/1 came to loss 0.5, the best so far"
    ended = AttemptFinished(at=0.0, task="trials/2", attempt=1, outcome="succeeded", started=0.0, ended=2.0)
    search.apply(ended)
    measured = TrialMeasured(0.0, "trials/2", 1, 0.75)
    search.apply(measured)
    assert describe(measured, search) == "trials/2 came to loss 0.75"


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
