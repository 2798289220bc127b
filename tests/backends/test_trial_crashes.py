"""Drivers, worker processes and programs of a search are killed; every point finishes exactly once."""

import os
import signal
import threading
from collections import Counter
from pathlib import Path
from random import Random
from subprocess import Popen
from typing import Any

import pytest

from runner.engine.events import AttemptFinished, RunFinished, TrialMeasured, TrialSuggested
from runner.engine.journal import read_events
from runner.engine.layout import RunLayout
from runner.plan.model import Plan, Requirements, Search, Stage, Task
from tests.backends.test_crashes import started

LINES = 20
POINTS = 200

REPORT = 'sleep {pause}; echo "{{\\"loss\\": $RUNNER_PARAM_X}}" > "$RUNNER_OUTPUT_DIR/metrics.json"'
FAIL_ONCE = (
    'if [ $RUNNER_PARAM_X = 2 ] && mkdir "$RUNNER_CHECKPOINT_DIR/tried" 2>/dev/null; then exit 3; fi; '
)


def grid(run: Any, points: int, program: str, retries: int) -> Plan:
    """A search for x from 1 to `points`, a program in shell."""
    width = len(str(points))
    stage = Stage(
        name="trials",
        tasks=tuple(Task(f"trials/{number:0{width}}", (("true",),)) for number in range(1, points + 1)),
        requirements=Requirements(cpu=1.0, memory=2**30, timeout=60, retries=retries),
        search=Search(
            method="grid",
            parameters={"x": {"values": list(range(1, points + 1))}},
            command=("sh", "-c", program),
            metric="loss",
        ),
    )
    return run.plan(stage)  # type: ignore[no-any-return]


def check_every_point_once(layout: RunLayout, points: int) -> None:
    events = read_events(layout.journal)
    suggested = {event.task: event.point["x"] for event in events if isinstance(event, TrialSuggested)}
    assert sorted(suggested.values()) == list(range(1, points + 1))
    assert sum(isinstance(event, TrialSuggested) for event in events) == points
    succeeded = Counter(
        event.task for event in events if isinstance(event, AttemptFinished) and event.outcome == "succeeded"
    )
    assert succeeded == dict.fromkeys(suggested, 1)
    measured = [(event.task, event.value) for event in events if isinstance(event, TrialMeasured)]
    assert sorted(measured) == sorted(suggested.items())


def killed_at(run: Any, plan: Plan, when: str, line: int) -> None:
    with started(run, plan, when, str(line)) as driver:
        driver.communicate(timeout=60)
        assert driver.returncode == -signal.SIGKILL
    assert run.execute(plan).finished == "succeeded"
    check_every_point_once(run.layout, 3)


@pytest.mark.parametrize("line", [2, 3, 9])
def test_a_driver_killed_after_it_gave_a_point_keeps_it(run: Any, line: int) -> None:
    killed_at(run, grid(run, 3, FAIL_ONCE + REPORT.format(pause=0), retries=1), "after", line)


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("line", range(1, LINES + 1))
@pytest.mark.parametrize("when", ["before", "within", "after"])
def test_a_driver_killed_at_a_line_of_its_journal_loses_and_repeats_no_point(
    run: Any, when: str, line: int
) -> None:
    plan = grid(run, 3, FAIL_ONCE + REPORT.format(pause=0), retries=1)
    if (when, line) == ("after", LINES):
        with started(run, plan, when, str(line)) as driver:
            driver.communicate(timeout=60)
        check_every_point_once(run.layout, 3)
    else:
        killed_at(run, plan, when, line)


@pytest.mark.exhaustive
def test_a_search_that_is_left_alone_writes_as_many_lines_as_the_crash_test_kills_at(run: Any) -> None:
    plan = grid(run, 3, FAIL_ONCE + REPORT.format(pause=0), retries=1)
    assert run.execute(plan).finished == "succeeded"
    check_every_point_once(run.layout, 3)
    assert len(read_events(run.layout.journal)) == LINES


def descendants(root: int) -> list[int]:
    """The processes below one, itself not included."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, pending = [], [root]
    while pending:
        below = children.get(pending.pop(), [])
        found += below
        pending += below
    return found


def kill_at_random(driver: "Popen[str]", chance: Random, kills: int, ended: threading.Event) -> None:
    """Kills processes that the driver started, one after the other, and in the end the driver itself."""
    for _ in range(kills):
        if ended.wait(chance.uniform(0.05, 0.3)):
            return
        if victims := descendants(driver.pid):
            try:
                os.kill(chance.choice(victims), signal.SIGKILL)
            except ProcessLookupError:
                continue
    driver.kill()


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(3))
def test_every_point_of_a_grid_finishes_once_whatever_is_killed(run: Any, seed: int) -> None:
    """A killed program has failed, and has its retries; a person asks for more where those do not do."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("needs /proc")
    chance = Random(seed)
    plan = grid(run, POINTS, REPORT.format(pause=0.03), retries=3)
    for kills in (20, 20, 20):
        with started(run, plan) as driver:
            ended = threading.Event()
            killer = threading.Thread(target=kill_at_random, args=(driver, chance, kills, ended))
            killer.start()
            driver.communicate(timeout=300)
            ended.set()
            killer.join()
    state = run.execute(plan, retry=True)
    assert state.finished == "succeeded"
    events = read_events(run.layout.journal)
    assert len([event for event in events if isinstance(event, RunFinished)]) >= 1
    check_every_point_once(run.layout, POINTS)
    failed = [
        event for event in events if isinstance(event, AttemptFinished) and event.outcome != "succeeded"
    ]
    assert len(failed) >= 10, "too little was killed to show anything"
