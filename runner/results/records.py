"""What became of each task of a run, for its report."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec

from runner.engine.events import AttemptFinished
from runner.engine.layout import RunLayout
from runner.engine.standing import WELL, TaskState
from runner.engine.state import State
from runner.engine.untrusted import decoded
from runner.plan.macros import flattened
from runner.plan.model import Plan, Task
from runner.results.model import AttemptRecord, TaskRecord, TrialRecord
from runner.worker.trees import open_plain

TAIL_LINES: Final = 30
TAIL_BYTES: Final = 16 << 10
MOST_LEFT_OUT: Final = 1000
"""Names that an attempt may list as left out of its output."""


class _Result(msgspec.Struct):
    """The part of a worker's result that the engine has no use for."""

    left_out: tuple[str, ...] = ()


def records(plan: Plan, state: State, layout: RunLayout) -> tuple[TaskRecord, ...]:
    """A record of every task, in the order of the plan; what it cost is left open.

    A task that did not do its part comes with the last lines that it printed, a trial with its point.
    """
    return tuple(_record(task, state, layout) for task in plan.tasks().values())


def log_tail(path: Path) -> str:
    """The last lines of a log; empty where there is none."""
    try:
        with open_plain(path) as log:
            log.seek(max(0, os.fstat(log.fileno()).st_size - TAIL_BYTES))
            text = log.read(TAIL_BYTES).decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-TAIL_LINES:])


def _record(planned: Task, state: State, layout: RunLayout) -> TaskRecord:
    task, known = planned.id, state.tasks[planned.id]
    attempts = tuple(_attempt(event) for event in known.attempts)
    outcome = state.outcome(task) or "skipped"
    failed = outcome not in WELL and attempts
    return TaskRecord(
        id=task,
        outcome=outcome,
        parameters=planned.parameters if known.point is None else flattened(known.point),
        attempts=attempts,
        seconds=sum(attempt.ended - attempt.started for attempt in attempts),
        log_tail=log_tail(layout.log(task, attempts[-1].number)) if failed else "",
        left_out=_left_out(layout.result(task, attempts[-1].number)) if attempts else (),
        trial=_trial(known),
    )


def _trial(task: TaskState) -> TrialRecord | None:
    return None if task.point is None else TrialRecord(task.point, task.value)


def _left_out(result: Path) -> tuple[str, ...]:
    found = decoded(result, _Result)
    return found.left_out[:MOST_LEFT_OUT] if found else ()


def _attempt(event: AttemptFinished) -> AttemptRecord:
    return AttemptRecord(
        number=event.attempt,
        outcome=event.outcome,
        started=event.started,
        ended=event.ended,
        exit_code=event.exit_code,
        reason=event.reason,
        peak_memory=event.peak_memory,
    )
