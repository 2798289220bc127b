"""What runs are doing: those of this machine, and those that a provider drives."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from runner.backends import REMOTES
from runner.engine.layout import RunLayout
from runner.engine.record import list_runs, read_record, runs_directory
from runner.engine.run_lock import holder
from runner.engine.standing import WELL, StageState, TaskState
from runner.engine.state import State
from runner.errors import RunnerError
from runner.ledger import Entry
from runner.pipeline.finding import find, layout_of, ledger_entries, remote_of
from runner.pipeline.reading_state import fetch_state, is_over, read_state
from runner.pipeline.workspace import Workspace
from runner.plan.cost import bound
from runner.plan.model import Plan
from runner.plan.prices import Prices
from runner.results.metrics import PROGRESS_FILE
from runner.results.progress import last_progress

AT_ONCE: Final = 8
"""So many runs are asked after at the same time."""


class TaskStatus(Struct, frozen=True, omit_defaults=True):
    """One task: its state, the number of its latest attempt, and the seconds all attempts took.

    Of a trial also its point, and what the metric came to. `reason` is why the latest attempt that
    ended did not do its part.
    """

    id: str
    state: str
    attempts: int
    seconds: float
    point: dict[str, Any] | None = None
    value: float | None = None
    reason: str = ""


class SearchStatus(Struct, frozen=True, kw_only=True):
    """The search of a stage: how many trials there are at most, and how many are in which state.

    `best` is the task with the best `value` of `metric` so far; empty where there is none.
    """

    stage: str
    trials: int
    states: dict[str, int]
    metric: str = ""
    best: str = ""
    value: float | None = None


class RunStatus(Struct, frozen=True, kw_only=True):
    """One run. `age` is in seconds.

    `state` is queued, launching, running, interrupted, succeeded, failed, cancelled, or unknown where
    its provider could not be asked. `cost` is what its attempts came to at the provider's
    prices, `bound` the most it can cost (USD). `tasks` is empty where only the ledger knows the run.
    `progress` are the latest numbers that a task has reported, as far as they are here. `pull_request` is
    the address, or the branch, of what was proposed; empty where nothing was.
    """

    run: str
    job: str
    backend: str
    state: str
    age: float
    cost: float
    bound: float
    tasks: tuple[TaskStatus, ...] = ()
    searches: tuple[SearchStatus, ...] = ()
    note: str = ""
    progress: dict[str, float] = {}
    pull_request: str = ""

    @property
    def succeeded_tasks(self) -> int:
        """How many tasks succeeded, trials that were stopped early among them."""
        return sum(task.state in WELL for task in self.tasks)


def all_runs(workspace: Workspace) -> list[RunStatus]:
    """Every run that can be read, newest first; those at a provider are asked after."""
    entries = ledger_entries(workspace)
    here = [run for run in list_runs(workspace.state_directory) if run not in entries]
    found = [*(_here(workspace, run) for run in here), *_launched(workspace, entries)]
    return sorted((one for one in found if one is not None), key=lambda one: one.run, reverse=True)


def one_run(workspace: Workspace, run: str) -> RunStatus:
    """The run with this id, a unique beginning of it, or the `latest`. Raises InputError."""
    found = find(workspace, run)
    if found.entry is None:
        return _local(found.layout, workspace.prices)
    return _remote(workspace, found.entry)


def cost_so_far(plan: Plan, state: State, prices: Prices, now: float) -> float:
    """US dollars at the provider's prices for every attempt, the live ones until `now`."""
    rates = {stage.name: prices.rate(stage.requirements) for stage in plan.stages}
    return sum(rates[task.stage.stage.name] * _seconds(task, now) for task in state.in_plan_order)


def _here(workspace: Workspace, run: str) -> RunStatus | None:
    try:
        return _local(RunLayout(runs_directory(workspace.state_directory) / run), workspace.prices)
    except RunnerError:
        return None


def _local(layout: RunLayout, prices: Prices) -> RunStatus:
    driven = holder(layout.lock) is not None
    state = read_state(layout)
    return _read(layout, state, prices, "running" if driven else "interrupted", driven=driven)


def _launched(workspace: Workspace, entries: Mapping[str, Entry]) -> list[RunStatus]:
    """What the provider says of the runs that go on, several at once; the ledger's word for the rest."""
    from concurrent.futures import ThreadPoolExecutor

    known = [entry for entry in entries.values() if entry.backend in REMOTES]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(lambda entry: _remote(workspace, entry), known))


def _remote(workspace: Workspace, entry: Entry) -> RunStatus:
    layout = layout_of(workspace, entry)
    try:
        if entry.state == "finished" and layout.journal.exists():
            return _closed(layout, entry, workspace.prices)
        if entry.state != "running":
            return _from_ledger(entry, entry.outcome or entry.state)
        remote = remote_of(workspace, entry)
        driven = remote.drives(entry.driver)
        state = fetch_state(remote, layout)
        word = "running" if driven else "interrupted"
        over = is_over(state, entry.retries)
        status = _read(layout, state, workspace.prices, word, driven=driven, over=over)
    except RunnerError as error:
        return _from_ledger(
            entry, entry.outcome or "unknown", note=f"{error}" + (f"; {error.fix}" if error.fix else "")
        )
    if status.state not in ("running", "interrupted"):
        return replace(status, note=f"not collected yet: runner collect {entry.run}")
    if status.state == "interrupted":
        return replace(status, note=f"nothing drives it any more: runner collect {entry.run}")
    return status


def _from_ledger(entry: Entry, state: str, note: str = "") -> RunStatus:
    return RunStatus(
        run=entry.run,
        job=entry.job,
        backend=entry.backend,
        state=state,
        age=time.time() - entry.created,
        cost=entry.cost_usd or 0.0,
        bound=entry.bound_usd,
        note=note,
        pull_request=entry.pull_request,
    )


def _closed(layout: RunLayout, entry: Entry, prices: Prices) -> RunStatus:
    """A run that the ledger has as finished; what is here of it may be older than that."""
    state = read_state(layout)
    if not is_over(state, entry.retries):
        return _from_ledger(entry, entry.outcome)
    return _read(layout, state, prices, entry.outcome, driven=False)


def _read(
    layout: RunLayout, state: State, prices: Prices, going_on: str, *, driven: bool, over: bool = True
) -> RunStatus:
    """What the run's journal says; `going_on` is its state as long as it has not ended, or not is `over`."""
    plan, record = state.plan, read_record(layout)
    now = time.time()
    tasks = tuple(_task(state, task, now if driven else None) for task in state.in_plan_order)
    return RunStatus(
        run=record.run,
        job=record.job,
        backend=record.backend,
        state=(state.finished if over else None) or going_on,
        age=now - record.created,
        cost=cost_so_far(plan, state, prices, now if driven else 0.0),
        bound=bound(plan, prices).usd,
        tasks=tasks,
        searches=tuple(_search(stage, tasks) for stage in state.course.stages if stage.stage.search),
        progress=_progress(layout, tasks),
        pull_request=_proposed(layout),
    )


def _progress(layout: RunLayout, tasks: Sequence[TaskStatus]) -> dict[str, float]:
    """The last row of the last task that wrote any."""
    begun = [task for task in tasks if task.attempts]
    rows = (last_progress(layout.output(task.id, task.attempts) / PROGRESS_FILE) for task in reversed(begun))
    row = next(filter(None, rows), {})
    return {name: value for name, value in row.items() if math.isfinite(value)}


def _proposed(layout: RunLayout) -> str:
    try:
        return layout.proposed.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _task(state: State, task: TaskState, now: float | None) -> TaskStatus:
    """`now` is None where nobody drives the run, so that nothing in it can be running."""
    live = "running" if now is not None else "interrupted"
    word = state.outcome(task.task.id) or (live if task.live is not None else "waiting")
    seconds = _seconds(task, now or 0.0)
    ended = task.attempts[-1] if task.attempts and word not in {*WELL, "cancelled"} else None
    reason = "" if ended is None else ended.reason
    return TaskStatus(task.task.id, word, task.attempt, seconds, task.point, task.value, reason)


def _search(stage: StageState, tasks: tuple[TaskStatus, ...]) -> SearchStatus:
    search, best = stage.stage.search, stage.best
    first = stage.tasks[0].index
    states = Counter(task.state for task in tasks[first : first + len(stage.tasks)])
    return SearchStatus(
        stage=stage.stage.name,
        trials=len(stage.tasks),
        states=dict(states),
        metric=search.metric if search else "",
        best=best.task.id if best else "",
        value=best.value if best else None,
    )


def _seconds(task: TaskState, now: float) -> float:
    live = 0.0 if task.live is None else max(0.0, now - task.live.since)
    return live + sum(attempt.ended - attempt.started for attempt in task.attempts)
