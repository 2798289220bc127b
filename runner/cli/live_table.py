"""The live table of tasks that a terminal shows while a run goes on."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from runner.cli.watch import MOST_ROWS, describe, trial_point, trial_value
from runner.engine.events import BreakerTripped, CancelRequested, Event, SearchEnded
from runner.engine.layout import RunLayout
from runner.engine.standing import SETTLED, StageState, TaskState
from runner.engine.state import State
from runner.manifest.units import duration_text
from runner.pipeline.status import cost_so_far
from runner.pipeline.workspace import Workspace
from runner.results.progress import last_progress
from runner.wording import dollars

STYLES = {
    "succeeded": "green", "stopped": "blue", "running": "cyan", "waiting": "dim", "skipped": "dim",
    "cancelled": "yellow",
}  # fmt: skip
SHOWN_METRICS = 3


class LiveTable:
    """A row per task: state, time, last metrics; below, the cost so far."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._live = Live(console=Console(), auto_refresh=False, transient=False)
        self._began = time.time()
        self._layout: RunLayout | None = None

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def note(self, text: str) -> None:
        """Prints it above the table."""
        self._live.console.print(Text(f"note: {text}", style="yellow"))

    def began(self, layout: RunLayout) -> None:
        """Says which run it is, for other commands."""
        self._layout = layout
        self._live.console.print(f"run {layout.run}")

    def event(self, event: Event, state: State) -> None:
        """Prints above the table what the table cannot show."""
        if isinstance(event, CancelRequested | BreakerTripped | SearchEnded) and (
            text := describe(event, state)
        ):
            self._live.console.print(Text(text, style="yellow"))
        if state.finished is not None:
            self.tick(state)

    def tick(self, state: State) -> None:
        """Draws the table anew."""
        self._live.update(self._draw(state), refresh=True)

    def _draw(self, state: State) -> RenderableType:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("task", "state", "time", "last metrics"):
            table.add_column(name, justify="right" if name == "time" else "left", no_wrap=True)
        shown = self._shown(state)
        for task in shown:
            self._row(table, state, task)
        hidden = len(state.in_plan_order) - len(shown)
        return Group(table, Text(f"… and {hidden} more tasks" if hidden else ""), self._footer(state))

    def _shown(self, state: State) -> list[TaskState]:
        """Every task of a small run; of a large one those that run, and the last that ended."""
        tasks = state.in_plan_order
        if len(tasks) <= MOST_ROWS:
            return tasks
        live = list(state.live.values())
        ended = [task for task in tasks if task.outcome is not None][-(MOST_ROWS - len(live)) :]
        return [*ended, *live][-MOST_ROWS:]

    def _row(self, table: Table, state: State, task: TaskState) -> None:
        word = state.outcome(task.task.id) or ("running" if task.live is not None else "waiting")
        seconds = sum(attempt.ended - attempt.started for attempt in task.attempts)
        seconds += 0.0 if task.live is None else time.time() - task.live.since
        again = f" (attempt {task.attempt})" if task.attempt > 1 else ""
        table.add_row(
            task.task.id,
            Text(word + again, style=STYLES.get(word, "red")),
            duration_text(seconds) if seconds else "",
            self._last(task),
        )

    def _last(self, task: TaskState) -> Text:
        """What a trial tries, and what a task reports."""
        tried = trial_point(task.task.id, task.point)
        return Text.assemble((f"{tried}  " if tried else "", "dim"), self._metrics(task))

    def _metrics(self, task: TaskState) -> Text:
        if not task.attempt or self._layout is None:
            return Text("")
        if value := trial_value(task):
            return Text(value)
        row = last_progress(self._layout.output(task.task.id, task.attempt) / "metrics.jsonl")
        return Text("  ".join(f"{name} {value:.4g}" for name, value in list(row.items())[:SHOWN_METRICS]))

    def _footer(self, state: State) -> Text:
        ended = sum(task.outcome is not None for task in state.in_plan_order)
        cost = cost_so_far(state.plan, state, self._workspace.prices, time.time())
        elapsed = duration_text(time.time() - self._began)
        failed = sum(task.outcome is not None and task.outcome not in SETTLED for task in state.in_plan_order)
        tasks = f"{ended}/{len(state.in_plan_order)} tasks" + (f", {failed} failed" if failed else "")
        text = f"{tasks}, {elapsed}, {dollars(cost)} at Modal's prices"
        return Text(text + "".join(map(_best, state.course.stages)), style="bold")


def _best(stage: StageState) -> str:
    """The best trial of a stage so far, after a comma; empty where there is none."""
    return f", best {trial_value(stage.best)} ({stage.best.task.id})" if stage.best else ""
