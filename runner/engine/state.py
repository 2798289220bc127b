"""What is known to have happened to a run: its events, folded into indices that grow with each one.

No input or output and no clock: the state is a function of the plan and the events alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush

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
    TaskOutcome,
)
from runner.engine.retries import BREAKER, FAULTS, interrupted, may_retry
from runner.engine.standing import Live, StageState, TaskState
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
            case RunOpened():
                self.opened = True
                self.slots = max(1, event.slots) * 1000
                self._interruptions.clear()
                self.uncancelled = dict(self.live)  # an earlier driver may not have come to tell them
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

    def _start(self, event: AttemptStarting) -> None:
        task = self._task(event.task)
        if not task.ready or event.attempt <= task.attempt:
            raise ValueError(f"{event.task} cannot begin attempt {event.attempt} now")
        stage = task.stage
        demand = min(round(stage.stage.requirements.cpu * 1000), self.slots)
        task.attempt = event.attempt
        task.live = Live(event.attempt, demand, event.at)
        task.ready = False
        self.live[event.task] = self.uncancelled[event.task] = task
        self.used += demand
        stage.live += 1
        stage.ready -= 1
        while stage.queue and not self.in_plan_order[stage.queue[0]].ready:
            self.in_plan_order[heappop(stage.queue)].queued = False
        self.course.note_room(stage)

    def _name(self, event: AttemptStarted) -> None:
        live = self._task(event.task).live
        if live is not None and live.attempt == event.attempt:
            live.handle = event.handle

    def _cancelling(self, event: AttemptCancelling) -> None:
        task = self._task(event.task)
        if task.live is not None and task.live.attempt == event.attempt:
            self.uncancelled.pop(event.task, None)

    def _abandon(self, event: AttemptAbandoned) -> None:
        task = self._task(event.task)
        if task.live is not None and task.live.attempt == event.attempt:
            self._release(task, task.live)
            self._queue(task)

    def _finish(self, event: AttemptFinished) -> None:
        task = self._task(event.task)
        if task.live is None or task.live.attempt != event.attempt:
            return
        self._release(task, task.live)
        task.attempts.append(event)
        task.spent += max(0.0, event.ended - event.started)
        if event.outcome == "succeeded":
            self._forget_suspects(task.stage)
            self._end(task, "succeeded")
        elif self._again(task, event):
            self._queue(task)
        else:
            self._end(task, event.outcome)
        if event.outcome in FAULTS:
            self._suspect(task)

    def _again(self, task: TaskState, event: AttemptFinished) -> bool:
        if event.outcome == "cancelled":
            return self.cancelled
        if interrupted(event):
            self._interruptions[task.index] = self._interruptions.get(task.index, 0) + 1
        elif event.outcome != "suspended":
            task.failures += 1
        interruptions = self._interruptions.get(task.index, 0)
        requirements = task.stage.stage.requirements
        return may_retry(requirements, event.outcome, task.failures, interruptions, task.spent)

    def _release(self, task: TaskState, live: Live) -> None:
        task.live = None
        del self.live[task.task.id]
        self.uncancelled.pop(task.task.id, None)
        self.used -= live.demand
        task.stage.live -= 1
        self.course.note_room(task.stage)

    def _queue(self, task: TaskState) -> None:
        task.ready = True
        task.stage.ready += 1
        if not task.queued:
            task.queued = True
            heappush(task.stage.queue, task.index)
        self.course.note_room(task.stage)

    def _end(self, task: TaskState, outcome: TaskOutcome) -> None:
        task.outcome = outcome
        stage = task.stage
        stage.ended += 1
        stage.succeeded += outcome == "succeeded"
        if stage.ended == len(stage.tasks):
            self.course.close(stage)

    def _suspect(self, task: TaskState) -> None:
        task.stage.suspects.add(task.index)
        if len(task.stage.suspects) >= BREAKER and task.stage.ready > 0:
            self.strained = task.stage

    def _forget_suspects(self, stage: StageState) -> None:
        stage.suspects.clear()
        if self.strained is stage:
            self.strained = None

    def _retry(self) -> None:
        """Gives every task its retries and its time afresh; a finished run is reopened."""
        reopening = self.finished is not None
        if reopening and all(task.outcome == "succeeded" for task in self.in_plan_order):
            return
        self.cancelled, self.tripped, self.strained = False, "", None
        self.finished, self.reason = None, ""
        self._interruptions.clear()
        for stage in self.course.stages:
            stage.suspects.clear()
            for task in stage.tasks:
                task.failures, task.spent = 0, 0.0
        if reopening:
            self._reopen()

    def _reopen(self) -> None:
        """Opens what did not succeed, and what read from it, as its inputs may now be others."""
        for stage in self.course.stages:
            stale = any(source.ended < len(source.tasks) for source in stage.inputs)
            for task in stage.tasks:
                if task.outcome is not None and (stale or task.outcome != "succeeded"):
                    stage.succeeded -= task.outcome == "succeeded"
                    stage.ended -= 1
                    task.outcome = None
        self.course.settle()

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
