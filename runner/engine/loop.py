"""One drive of a run: observe attempts, write down what happened, decide, act, repeat."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, Protocol, TypeGuard

from msgspec.structs import asdict, replace

from runner.engine.backend import Finished, NeverBegan, Order, Session, StillRunning
from runner.engine.decide import Action, Cancel, EndSearch, Finish, Start, Trip, decide
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
    SearchEnded,
)
from runner.engine.interrupts import Interrupts
from runner.engine.journal import Journal
from runner.engine.layout import RunLayout
from runner.engine.search.feed import Feed
from runner.engine.standing import TaskState
from runner.engine.state import State

TICK: Final = 0.25
"""Seconds between looks at the request to cancel, and between displays."""

ROUND: Final = 64
"""Most attempts that are started before the journal says so."""

CLOCKS_APART: Final = 3600.0
"""Seconds that the clocks of an attempt and of its driver may differ, or be set meanwhile."""


class Watch(Protocol):
    """Somebody who watches a run. It is called from the loop, so it must not take long."""

    def event(self, event: Event, state: State) -> None:
        """Something happened; `state` has it already."""
        ...

    def tick(self, state: State) -> None:
        """About four times a second, whether or not something happened."""
        ...


class Loop:
    """One drive of a run."""

    def __init__(
        self,
        layout: RunLayout,
        journal: Journal,
        state: State,
        session: Session,
        feed: Feed,
        watch: Watch,
        interrupts: Interrupts,
    ) -> None:
        """`feed` is of the same state and session."""
        self._layout = layout
        self._journal = journal
        self._state = state
        self._session = session
        self._feed = feed
        self._watch = watch
        self._interrupts = interrupts
        self._inputs: dict[str, dict[str, int]] = {}
        self._next_tick = 0.0

    def run(self, retry: bool) -> Finish:
        """Recovers what an earlier driver left, then goes around until nothing is left to do."""
        self._append(RunOpened(time.time(), self._session.slots))
        for task in list(self._state.live.values()):
            self._recover(task)
        for measured in self._feed.overdue():
            self._append(measured)
        if retry:
            self._append(RetryRequested(time.time()))
        while True:
            self._look()
            while actions := decide(self._state):
                if isinstance(actions[0], Finish):
                    return actions[0]
                self._act_in_rounds(actions)
                self._journal.sync()
            for finished in self._session.poll(max(0.0, self._next_tick - time.monotonic())):
                self._finished(finished)

    def finish(self, action: Finish) -> None:
        """Writes down that the run is over, once the backend has cleared everything away."""
        self._append(RunFinished(time.time(), action.state, action.reason))
        self._journal.sync()
        self._layout.cancel.unlink(missing_ok=True)

    def _append(self, event: Event) -> None:
        self._journal.append(event)
        self._state.apply(event)
        self._feed.follow(event)
        self._watch.event(event, self._state)

    def _recover(self, task: TaskState) -> None:
        handle = "" if task.live is None else task.live.handle
        found = self._session.recover(task.task.id, task.attempt, handle)
        if isinstance(found, NeverBegan):
            self._append(AttemptAbandoned(time.time(), task.task.id, task.attempt))
        elif not isinstance(found, StillRunning):
            self._finished(found)

    def _look(self) -> None:
        """Looks for requests to stop and for trials that should, and lets the display go on."""
        if self._interrupts.count > 1:
            raise KeyboardInterrupt
        if self._interrupts.count == 1 and not self._state.cancelled:
            self._append(CancelRequested(time.time(), self._interrupts.reason))
        if time.monotonic() < self._next_tick:
            return
        self._next_tick = time.monotonic() + TICK
        if not self._state.cancelled and self._layout.cancel.exists():
            self._append(CancelRequested(time.time(), "runner cancel"))
        if not self._state.cancelled:
            for stopping in self._feed.stops():
                self._append(stopping)
        self._watch.tick(self._state)

    def _act_in_rounds(self, actions: Sequence[Action]) -> None:
        """Acts on some at a time, until somebody asks for the run to stop."""
        asked = self._state.cancelled
        for some in _rounds(actions):
            self._act(some)
            self._look()
            if self._state.cancelled != asked:
                return

    def _act(self, actions: Sequence[Action]) -> None:
        """Writes down what is intended, then does it, then writes down what came of it.

        The next round brings the latter to safety together with what it intends itself.
        """
        starts = [action for action in actions if self._intend(action)]
        self._journal.sync()
        self._start(starts)
        for action in actions:
            if isinstance(action, Cancel):
                self._session.cancel(action.task, action.attempt)

    def _intend(self, action: Action) -> TypeGuard[Start]:
        """Writes down an action that is about to be taken, and returns whether it is a start to be made.

        A search may find that there is nothing left to try; its trials do not start then.
        """
        match action:
            case Start():
                if not self._has_point(action.task):
                    return False
                self._append(AttemptStarting(time.time(), action.task, action.attempt, action.timeout))
                return True
            case Cancel():
                self._append(AttemptCancelling(time.time(), action.task, action.attempt, action.reason))
            case Trip():
                self._append(BreakerTripped(time.time(), action.stage, action.reason))
            case EndSearch():
                self._append(SearchEnded(time.time(), action.stage, action.reason))
        return False

    def _has_point(self, task: str) -> bool:
        """Sees to it that a trial has its point, whichever it is. Other tasks need none."""
        known = self._state.tasks[task]
        if known.ready and (event := self._feed.suggest(task)):
            self._append(event)
        return known.ready

    def _start(self, starts: Sequence[Start]) -> None:
        if not starts:
            return
        orders = [self._order(start) for start in starts]
        for order, handle in zip(orders, self._session.start(orders), strict=True):
            self._append(AttemptStarted(time.time(), order.task, order.attempt, handle))

    def _order(self, start: Start) -> Order:
        point = self._state.tasks[start.task].point
        return Order(start.task, start.attempt, start.timeout, self._inputs_of(start.task), point)

    def _inputs_of(self, task: str) -> dict[str, int]:
        """The inputs of a task's stage; they stand still once the stage has begun."""
        stage = self._state.tasks[task].stage.stage.name
        if stage not in self._inputs:
            self._inputs[stage] = self._state.course.inputs(stage)
        return self._inputs[stage]

    def _finished(self, finished: Finished) -> None:
        """Writes down how an attempt ended, and what the metric came to in a trial.

        A program may have forged the times: they lie between its start and now, as far as clocks agree.
        """
        now, task = time.time(), self._state.tasks[finished.task]
        earliest, latest = (task.live.since if task.live else now) - CLOCKS_APART, now + CLOCKS_APART
        started = min(max(finished.started, earliest), latest)
        ended = min(max(finished.ended, started), latest)
        if task.stopping and finished.outcome == "cancelled":
            finished = replace(finished, reason=task.stopping)
        told = {**asdict(finished), "started": started, "ended": ended}
        self._append(AttemptFinished(at=now, **told))
        if measured := self._feed.measure(finished.task):
            self._append(measured)


def _rounds(actions: Sequence[Action]) -> Iterator[Sequence[Action]]:
    remaining = iter(actions)
    while some := list(islice(remaining, ROUND)):
        yield some
