"""What the runs of this machine are doing, read from their journals."""

from __future__ import annotations

import time

from msgspec import Struct

from runner.engine.journal import read_events
from runner.engine.layout import RunLayout
from runner.engine.record import find_run, list_runs, read_plan, read_record, runs_directory
from runner.engine.run_lock import holder
from runner.engine.standing import TaskState
from runner.engine.state import State, replay
from runner.errors import RunnerError
from runner.pipeline.workspace import Workspace
from runner.plan.cost import bound
from runner.plan.model import Plan
from runner.plan.prices import Prices


class TaskStatus(Struct, frozen=True):
    """One task: its state, the number of its latest attempt, and the seconds all attempts took."""

    id: str
    state: str
    attempts: int
    seconds: float


class RunStatus(Struct, frozen=True, kw_only=True):
    """One run. `state` is running, interrupted, succeeded, failed or cancelled; `age` in seconds.

    `cost` is what its attempts came to at the provider's prices, `bound` the most it can cost (USD).
    """

    run: str
    job: str
    state: str
    age: float
    cost: float
    bound: float
    tasks: tuple[TaskStatus, ...]

    @property
    def succeeded_tasks(self) -> int:
        """How many tasks succeeded."""
        return sum(task.state == "succeeded" for task in self.tasks)


def all_runs(workspace: Workspace) -> list[RunStatus]:
    """Every run that can be read, newest first."""
    found = []
    for run in reversed(list_runs(workspace.state_directory)):
        try:
            found.append(
                _status(RunLayout(runs_directory(workspace.state_directory) / run), workspace.prices)
            )
        except RunnerError:
            continue
    return found


def one_run(workspace: Workspace, run: str) -> RunStatus:
    """The run with this id, a unique beginning of it, or the `latest`. Raises InputError."""
    return _status(find_run(workspace.state_directory, run), workspace.prices)


def cost_so_far(plan: Plan, state: State, prices: Prices, now: float) -> float:
    """US dollars at the provider's prices for every attempt, the live ones until `now`."""
    rates = {stage.name: prices.rate(stage.requirements) for stage in plan.stages}
    return sum(rates[task.stage.stage.name] * _seconds(task, now) for task in state.in_plan_order)


def _status(layout: RunLayout, prices: Prices) -> RunStatus:
    plan, record = read_plan(layout), read_record(layout)
    state = replay(plan, read_events(layout.journal))
    driven = holder(layout.lock) is not None
    now = time.time()
    return RunStatus(
        run=record.run,
        job=record.job,
        state=state.finished or ("running" if driven else "interrupted"),
        age=now - record.created,
        cost=cost_so_far(plan, state, prices, now if driven else 0.0),
        bound=bound(plan, prices).usd,
        tasks=tuple(_task(state, task, now if driven else None) for task in state.in_plan_order),
    )


def _task(state: State, task: TaskState, now: float | None) -> TaskStatus:
    """`now` is None where nobody drives the run, so that nothing in it can be running."""
    live = "running" if now is not None else "interrupted"
    word = state.outcome(task.task.id) or (live if task.live is not None else "waiting")
    return TaskStatus(task.task.id, word, task.attempt, _seconds(task, now or 0.0))


def _seconds(task: TaskState, now: float) -> float:
    live = 0.0 if task.live is None else max(0.0, now - task.live.since)
    return live + sum(attempt.ended - attempt.started for attempt in task.attempts)
