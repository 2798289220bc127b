"""How a run is shown while it goes on: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from runner.cli.terminal import harmless, say
from runner.engine.backend import UNBOUNDED
from runner.engine.events import (
    AttemptFinished,
    AttemptStarted,
    BreakerTripped,
    CancelRequested,
    Event,
    RunFinished,
    RunOpened,
    SearchEnded,
    TrialMeasured,
    TrialStopping,
)
from runner.manifest.units import duration_text

if TYPE_CHECKING:
    from runner.engine.layout import RunLayout
    from runner.engine.standing import TaskState
    from runner.engine.state import State
    from runner.pipeline import Spectator
    from runner.pipeline.workspace import Workspace

MOST_ROWS = 20


@contextmanager
def watching(workspace: Workspace, *, as_json: bool) -> Iterator[Spectator]:
    """The right way to watch a run: nothing for programs, a table on a terminal, lines otherwise."""
    if as_json:
        yield Silence()
    elif sys.stdout.isatty():
        from runner.cli.live_table import LiveTable

        with LiveTable(workspace) as table:
            yield table
    else:
        yield Lines()


class Silence:
    """Shows nothing."""

    def note(self, text: str) -> None:
        """Nobody looks."""

    def began(self, layout: RunLayout) -> None:
        """Nobody looks."""

    def event(self, event: Event, state: State) -> None:
        """Nobody looks."""

    def tick(self, state: State) -> None:
        """Nobody looks."""


class Lines:
    """One line for each thing that happened."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def note(self, text: str) -> None:
        """Prints it."""
        say(f"note: {text}")

    def began(self, layout: RunLayout) -> None:
        """Says which run it is, for other commands."""
        say(f"run {layout.run}")

    def event(self, event: Event, state: State) -> None:
        """Prints what happened."""
        if (text := describe(event, state)) is not None:
            say(f"[{duration_text(time.monotonic() - self._began):>7}] {text}")

    def tick(self, state: State) -> None:
        """Lines have no need to move."""


def describe(event: Event, state: State) -> str | None:
    """An event in words; None for those that only the engine cares about."""
    match event:
        case RunOpened():
            count = len(state.in_plan_order)
            where = "" if event.slots >= UNBOUNDED else f" on {event.slots} cores"
            return f"{state.plan.job}: {count} task{'' if count == 1 else 's'}{where}"
        case AttemptStarted():
            again = f" (attempt {event.attempt})" if event.attempt > 1 else ""
            return f"{event.task} started{again} {_tried(event.task, state)}".rstrip()
        case AttemptFinished():
            reason = f": {harmless(event.reason)}" if event.reason and event.outcome != "succeeded" else ""
            word = "stopped" if state.outcome(event.task) == "stopped" else event.outcome
            return f"{event.task} {word} after {duration_text(event.ended - event.started)}{reason}"
        case TrialMeasured():
            return _measured(event, state)
        case TrialStopping():
            return f"{event.task} is to stop: {event.reason}"
        case SearchEnded():
            return f"no further trial of {event.stage} is begun: {harmless(event.reason)}"
        case CancelRequested():
            return f"cancelling ({event.reason}); again to end at once"
        case BreakerTripped():
            return f"stopped: {event.reason}"
        case RunFinished():
            return f"run {event.state}" + (f": {event.reason}" if event.reason else "")
        case _:
            return None


def trial_point(task: str, point: Mapping[str, Any] | None) -> str:
    """What a trial tries, in brackets, numbers rounded; empty for any other task."""
    from runner.plan.macros import flattened
    from runner.wording import point as bracketed

    return bracketed(task, flattened(_rounded(point))) if point else ""


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value


def trial_value(task: TaskState) -> str:
    """The search's metric and what it came to in a trial; empty where that is not known."""
    search = task.stage.stage.search
    return "" if search is None or task.value is None else f"{harmless(search.metric)} {task.value:.6g}"


def _tried(task: str, state: State) -> str:
    return trial_point(task, state.tasks[task].point)


def _measured(event: TrialMeasured, state: State) -> str:
    task = state.tasks[event.task]
    if event.value is None:
        metric = "" if task.stage.stage.search is None else task.stage.stage.search.metric
        return f"{event.task} did not report {harmless(metric)}"
    best = ", the best so far" if task.stage.best is task else ""
    return f"{event.task} came to {trial_value(task)}{best}"
