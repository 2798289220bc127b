"""Deciding and remembering: does a run cost more per task the larger it is?"""

from __future__ import annotations

import tempfile
import time
from collections import deque
from functools import partial
from pathlib import Path

from benchmarks.measure import Row, alternate, row
from runner.engine.decide import Start, decide
from runner.engine.events import (
    AttemptFinished,
    AttemptStarted,
    AttemptStarting,
    Event,
    RunFinished,
    RunOpened,
)
from runner.engine.journal import Journal
from runner.engine.state import State, replay
from runner.plan.model import PinnedSource, Plan, Requirements, Stage, Task

SIZES = (1_000, 10_000, 100_000)
RESUMED = 10_000
SLOTS = 8
ROUNDS = 3


def plan(tasks: int) -> Plan:
    """Nine tenths of the tasks in a first stage, the rest in one that reads from it."""
    needs = Requirements(cpu=1, memory=1 << 30, timeout=60)
    split = tasks * 9 // 10
    stages = (
        Stage(name="train", tasks=_tasks("train", split), requirements=needs),
        Stage(
            name="validate", tasks=_tasks("validate", tasks - split), requirements=needs, inputs=("train",)
        ),
    )
    return Plan(job="many", kind="Command", source=PinnedSource("commit", "tree"), manifest={}, stages=stages)


def _tasks(stage: str, count: int) -> tuple[Task, ...]:
    return tuple(Task(f"{stage}/{number}", (("true",),)) for number in range(count))


def simulate(work: Plan) -> list[Event]:
    """Every event of a run in which all goes well, as the loop would write them."""
    state = State(work)
    events: list[Event] = []
    live: deque[Start] = deque()

    def happen(event: Event) -> None:
        events.append(event)
        state.apply(event)

    happen(RunOpened(0.0, SLOTS))
    while state.finished is None:
        for action in decide(state):
            if isinstance(action, Start):
                happen(AttemptStarting(0.0, action.task, action.attempt, action.timeout))
                happen(AttemptStarted(0.0, action.task, action.attempt))
                live.append(action)
            else:
                happen(RunFinished(0.0, "succeeded"))
        if live:
            ended = live.popleft()
            happen(
                AttemptFinished(
                    at=1.0,
                    task=ended.task,
                    attempt=ended.attempt,
                    outcome="succeeded",
                    started=0.0,
                    ended=1.0,
                )
            )
    return events


def resume_seconds(events: list[Event], work: Plan) -> float:
    """Seconds from an unfinished journal on disk to the next decision."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.jsonl"
        journal = Journal(path)
        for event in events[:-2]:
            journal.append(event)
        journal.close()
        began = time.perf_counter()
        journal = Journal(path)
        decide(replay(work, journal.read()))
        took = time.perf_counter() - began
        journal.close()
    return took


def rows() -> list[Row]:
    """Microseconds per task at every size, each beside the smallest, and the time to resume."""
    plans = {size: plan(size) for size in SIZES}
    times = alternate({str(size): partial(simulate, work) for size, work in plans.items()}, ROUNDS)
    each = {size: 1e6 * times[str(size)] / size for size in SIZES}
    smallest = each[SIZES[0]]
    resumed = resume_seconds(simulate(plan(RESUMED)), plan(RESUMED))
    return [
        *(
            row(
                f"all decisions of {size:,} tasks, per task",
                f"{each[size]:.1f} µs",
                f"{SIZES[0]:,} tasks",
                f"{smallest:.1f} µs",
                each[size] / smallest,
                "at most 3",
            )
            for size in SIZES[1:]
        ),
        row(
            f"resuming a run of {RESUMED:,} tasks from its journal",
            f"{resumed:.2f} s",
            "the aim",
            "1.00 s",
            resumed,
            "below 1",
        ),
    ]


if __name__ == "__main__":
    for measured in rows():
        print(measured)
