"""What is known to have happened to a run: its events, folded into indices that grow with each one.

No input or output and no clock: the state is a function of the plan and the events alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from runner.engine.course import Course
from runner.engine.events import (
    AttemptAbandoned,
    AttemptCancelling,
    AttemptFinished,
    AttemptStarted,
    AttemptStarting,
    BreakerTripped,
    CancelRequested,
    Event,
    RetryRequested,
    RunFinished,
    RunOpened,
    RunState,
    SearchEnded,
    TaskOutcome,
    TrialMeasured,
    TrialStopping,
    TrialSuggested,
)
from runner.engine.retries import FAULTS, breaker, interrupted, may_retry
from runner.engine.search import ledger
from runner.engine.standing import SETTLED, Live, StageState, TaskState
from runner.plan.model import Plan


class State:
    """A run so far. `apply` costs the same however large the run is."""

    def __init__(self, plan: Plan) -> None:
        """A run of which nothing has happened. The stages of the plan stand after their inputs."""
        self.plan = plan
        self.course = Course(plan)
        self.in_plan_order = self.course.tasks
        self.tasks = {known.task.id: known for known in self.in_plan_order}
        if len(self.tasks) != len(self.in_plan_order):
            raise ValueError("two tasks of the plan have the same id")
        self.live: dict[str, TaskState] = {}
        self.uncancelled: dict[str, TaskState] = {}
        self.unstopped: dict[str, TaskState] = {}
        self.satisfied: dict[str, StageState] = {}
        self.slots = 0
        self.used = 0
        self.opened = False
        self.retries = 0
        self.cancelled = False
        self.strained: StageState | None = None
        self.tripped = ""
        self.finished: RunState | None = None
        self.reason = ""
        self._interruptions: dict[int, int] = {}
        self.course.settle()

    def apply(self, event: Event) -> None:
        """Takes one more event into account. Raises ValueError for one that this plan cannot have."""
        match event:
            case AttemptStarting():
                self._start(event)
            case AttemptStarted():
                self._name(event)
            case AttemptFinished():
                self._finish(event)
            case AttemptCancelling():
                self._cancelling(event)
            case AttemptAbandoned():
                self._abandon(event)
            case TrialSuggested():
                ledger.suggest(self._task(event.task), event.point)
            case TrialMeasured():
                self._measure(event)
            case TrialStopping():
                self._stopping(event)
            case SearchEnded():
                self._end_search(event)
            case RunOpened():
                self._open(event)
            case CancelRequested():
                self.cancelled = self.finished is None
            case BreakerTripped():
                self.tripped = event.reason
            case RetryRequested():
                self.retries += 1
                self._retry()
            case RunFinished():
                self.finished, self.reason = event.state, event.reason

    def outcome(self, task: str) -> TaskOutcome | None:
        """What became of a task; None as long as that is open."""
        known = self.tasks[task]
        if known.outcome is not None:
            return known.outcome
        if known.stage.skipped:
            return "skipped"
        if self.finished is None:
            return None
        # A success that a retry took back, as what it read from may have changed, and that never came again.
        if not known.attempts or known.attempts[-1].outcome == "succeeded":
            return "skipped"
        return "cancelled" if self.finished == "cancelled" else known.attempts[-1].outcome

    @property
    def well(self) -> bool:
        """Whether nothing is left that a retry would try again."""
        return all(task.outcome in SETTLED for task in self.in_plan_order)

    def _open(self, event: RunOpened) -> None:
        """Begins a drive. An earlier driver may not have come to tell attempts to stop."""
        self.opened = True
        self.slots = max(1, event.slots) * 1000
        self._interruptions.clear()
        self.uncancelled = dict(self.live)
        self.unstopped = {name: task for name, task in self.live.items() if task.stopping}

    def _start(self, event: AttemptStarting) -> None:
        task = self._task(event.task)
        stage = task.stage
        pointless = stage.stage.search is not None and task.point is None
        if not task.ready or pointless or event.attempt <= task.attempt:
            raise ValueError(f"{event.task} cannot begin attempt {event.attempt} now")
        demand = min(round(stage.stage.requirements.cpu * 1000), self.slots)
        task.attempt = event.attempt
        task.live = Live(event.attempt, demand, event.at)
        self.live[event.task] = self.uncancelled[event.task] = task
        self.used += demand
        stage.live += 1
        self.course.drop(task)

    def _name(self, event: AttemptStarted) -> None:
        live = self._task(event.task).live
        if live is not None and live.attempt == event.attempt:
            live.handle = event.handle

    def _cancelling(self, event: AttemptCancelling) -> None:
        task = self._task(event.task)
        if task.live is not None and task.live.attempt == event.attempt:
            self.uncancelled.pop(event.task, None)
            self.unstopped.pop(event.task, None)

    def _abandon(self, event: AttemptAbandoned) -> None:
        task = self._task(event.task)
        if task.live is not None and task.live.attempt == event.attempt:
            self._release(task, task.live)
            if task.stopping:
                self.course.end(task, "stopped")
            elif ledger.is_done_with(task):
                self.course.end(task, ledger.last_outcome(task))
            else:
                self.course.queue(task)

    def _finish(self, event: AttemptFinished) -> None:
        task = self._task(event.task)
        if task.live is None or task.live.attempt != event.attempt:
            return
        self._release(task, task.live)
        task.attempts.append(event)
        task.spent += max(0.0, event.ended - event.started)
        if event.outcome == "succeeded" or task.stopping:
            self._forget_suspects(task.stage)
            self.course.end(task, "succeeded" if event.outcome == "succeeded" else "stopped")
            return
        if self._again(task, event):
            self.course.queue(task)
        else:
            self.course.end(task, event.outcome)
        if event.outcome in FAULTS:
            self._suspect(task)

    def _again(self, task: TaskState, event: AttemptFinished) -> bool:
        if event.outcome == "cancelled":
            return self.cancelled
        if interrupted(event):
            self._interruptions[task.index] = self._interruptions.get(task.index, 0) + 1
        elif event.outcome != "suspended":
            task.failures += 1
        if ledger.is_done_with(task):
            return False
        interruptions = self._interruptions.get(task.index, 0)
        requirements = task.stage.stage.requirements
        return may_retry(requirements, event.outcome, task.failures, interruptions, task.spent)

    def _release(self, task: TaskState, live: Live) -> None:
        task.live = None
        del self.live[task.task.id]
        self.uncancelled.pop(task.task.id, None)
        self.unstopped.pop(task.task.id, None)
        self.used -= live.demand
        task.stage.live -= 1
        self.course.note_room(task.stage)

    def _suspect(self, task: TaskState) -> None:
        task.stage.suspects.add(task.index)
        if len(task.stage.suspects) >= breaker(task.stage.stage) and task.stage.ready > 0:
            self.strained = task.stage

    def _forget_suspects(self, stage: StageState) -> None:
        stage.suspects.clear()
        if self.strained is stage:
            self.strained = None

    def _measure(self, event: TrialMeasured) -> None:
        task = self._task(event.task)
        if ledger.measure(task, event.attempt, event.value) and not task.stage.done:
            self.satisfied[task.stage.stage.name] = task.stage

    def _stopping(self, event: TrialStopping) -> None:
        task = self._task(event.task)
        if task.live is not None and task.live.attempt == event.attempt:
            task.stopping = event.reason
            self.unstopped[event.task] = task

    def _end_search(self, event: SearchEnded) -> None:
        """Skips the trials without a point; where the target was come to, nothing is tried again either."""
        stage = self.course.stage(event.stage)
        stage.over = True
        self.satisfied.pop(event.stage, None)
        for task in ledger.left_over(stage):
            self.course.drop(task)
            self.course.end(task, ledger.last_outcome(task))

    def _retry(self) -> None:
        """Gives every task its retries and its time afresh; a finished run is reopened."""
        reopening = self.finished is not None
        if reopening and self.well:
            return
        self.cancelled, self.tripped, self.strained = False, "", None
        self.finished, self.reason = None, ""
        self._interruptions.clear()
        self.course.grant_afresh()
        for name, stage in self.course.searches.items():
            stage.target = stage.target and (name in self.satisfied or not stage.over)
        if reopening:
            self.course.reopen()
            self.satisfied = {name: stage for name, stage in self.satisfied.items() if stage.target}

    def _task(self, task: str) -> TaskState:
        known = self.tasks.get(task)
        if known is None:
            raise ValueError(f"the plan has no task {task}")
        return known


def replay(plan: Plan, events: Iterable[Event]) -> State:
    """The state after all of `events`."""
    state = State(plan)
    for event in events:
        state.apply(event)
    return state
