"""The loop: observe attempts, write down what happened, decide, act, repeat."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from msgspec.structs import asdict

from runner.engine.backend import Backend, Finished, NeverBegan, Order, Session, StillRunning
from runner.engine.decide import Action, Cancel, Finish, Start, Trip, decide
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
)
from runner.engine.interrupts import Interrupts, listening
from runner.engine.journal import Journal
from runner.engine.layout import RunLayout
from runner.engine.run_lock import hold
from runner.engine.standing import TaskState
from runner.engine.state import State, replay
from runner.errors import ProviderError
from runner.plan.model import Plan

TICK: Final = 0.25
"""Seconds between looks at the request to cancel, and between displays."""

ROUND: Final = 64
"""Most attempts that are started before the journal says so."""

CLOCKS_APART: Final = 3600.0
"""Seconds that the clocks of an attempt and of its driver may differ, or be set meanwhile."""

_DISK_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class Watch(Protocol):
    """Somebody who watches a run. It is called from the loop, so it must not take long."""

    def event(self, event: Event, state: State) -> None:
        """Something happened; `state` has it already."""
        ...

    def tick(self, state: State) -> None:
        """About four times a second, whether or not something happened."""
        ...


def execute(
    plan: Plan,
    layout: RunLayout,
    backend: Backend,
    watch: Watch,
    *,
    retry: bool = False,
    open_journal: Callable[[Path], Journal] = Journal,
    heed_signals: bool = True,
) -> State:
    """Works on a run until it is finished, from wherever it stands, and returns what became of it.

    With `retry`, a person asked for it to go on: see `RetryRequested`. A run that is finished
    stays as it is otherwise. With `heed_signals`, ^C and its like end the run in good order; without,
    they end this process, and the run goes on when it is next worked on. Raises InputError when
    another process drives the run, ProviderError when the disk or the backend does not do its part,
    and KeyboardInterrupt after a second ^C; the run can be resumed after each of them.
    """
    with hold(layout.lock):
        if retry:
            # A request from before; one that comes from now on is meant for this drive.
            layout.cancel.unlink(missing_ok=True)
        journal = open_journal(layout.journal)
        try:
            state = _replayed(plan, journal)
            if not _is_over(state, retry):
                signals = listening() if heed_signals else nullcontext(Interrupts())
                with backend.open(plan, layout) as session, signals as interrupts:
                    loop = _Loop(layout, journal, state, session, watch, interrupts)
                    finish = loop.run(retry)
                loop.finish(finish)
            return state
        except OSError as error:
            if error.errno in _DISK_FULL:
                raise _disk_full(layout) from None
            raise
        finally:
            journal.close()


def request_cancel(layout: RunLayout) -> None:
    """Asks the process that drives a run, whichever it is, to stop it. It looks a few times a second."""
    layout.cancel.touch()


def _replayed(plan: Plan, journal: Journal) -> State:
    try:
        return replay(plan, journal.read())
    except ValueError as error:
        raise ProviderError(
            "journal-foreign",
            f"the journal does not belong to this plan: {error}",
            place=str(journal.path),
            fix="the run's folder was changed by hand; start the job again",
        ) from None


def _is_over(state: State, retry: bool) -> bool:
    """Whether there is nothing to do, not even on request."""
    if state.finished is None:
        return False
    return not retry or all(task.outcome == "succeeded" for task in state.in_plan_order)


def _disk_full(layout: RunLayout) -> ProviderError:
    return ProviderError(
        "disk-full",
        "the disk is full, so the run stopped where it was",
        place=str(layout.directory),
        fix=f"free some space, then go on with: runner retry {layout.run}",
    )


class _Loop:
    """One drive of a run."""

    def __init__(
        self,
        layout: RunLayout,
        journal: Journal,
        state: State,
        session: Session,
        watch: Watch,
        interrupts: Interrupts,
    ) -> None:
        self._layout = layout
        self._journal = journal
        self._state = state
        self._session = session
        self._watch = watch
        self._interrupts = interrupts
        self._inputs: dict[str, dict[str, int]] = {}
        self._next_tick = 0.0

    def run(self, retry: bool) -> Finish:
        """Recovers what an earlier driver left, then goes around until nothing is left to do."""
        self._append(RunOpened(time.time(), self._session.slots))
        for task in list(self._state.live.values()):
            self._recover(task)
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
        self._watch.event(event, self._state)

    def _recover(self, task: TaskState) -> None:
        handle = "" if task.live is None else task.live.handle
        found = self._session.recover(task.task.id, task.attempt, handle)
        if isinstance(found, NeverBegan):
            self._append(AttemptAbandoned(time.time(), task.task.id, task.attempt))
        elif not isinstance(found, StillRunning):
            self._finished(found)

    def _look(self) -> None:
        """Looks for requests to stop, and lets the display go on."""
        if self._interrupts.count > 1:
            raise KeyboardInterrupt
        if self._interrupts.count == 1 and not self._state.cancelled:
            self._append(CancelRequested(time.time(), self._interrupts.reason))
        if time.monotonic() < self._next_tick:
            return
        self._next_tick = time.monotonic() + TICK
        if not self._state.cancelled and self._layout.cancel.exists():
            self._append(CancelRequested(time.time(), "runner cancel"))
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
        now = time.time()
        for action in actions:
            match action:
                case Start():
                    self._append(AttemptStarting(now, action.task, action.attempt, action.timeout))
                case Cancel():
                    self._append(AttemptCancelling(now, action.task, action.attempt, action.reason))
                case Trip():
                    self._append(BreakerTripped(now, action.stage, action.reason))
        self._journal.sync()
        self._start([action for action in actions if isinstance(action, Start)])
        for action in actions:
            if isinstance(action, Cancel):
                self._session.cancel(action.task, action.attempt)

    def _start(self, starts: Sequence[Start]) -> None:
        if not starts:
            return
        orders = [
            Order(start.task, start.attempt, start.timeout, self._inputs_of(start.task)) for start in starts
        ]
        for order, handle in zip(orders, self._session.start(orders), strict=True):
            self._append(AttemptStarted(time.time(), order.task, order.attempt, handle))

    def _inputs_of(self, task: str) -> dict[str, int]:
        """The inputs of a task's stage; they stand still once the stage has begun."""
        stage = self._state.tasks[task].stage.stage.name
        if stage not in self._inputs:
            self._inputs[stage] = self._state.course.inputs(stage)
        return self._inputs[stage]

    def _finished(self, finished: Finished) -> None:
        """Writes down how an attempt ended. A program may have forged the times: they lie between its start
        and now, as far as clocks agree.
        """
        now, live = time.time(), self._state.tasks[finished.task].live
        earliest, latest = (live.since if live else now) - CLOCKS_APART, now + CLOCKS_APART
        started = min(max(finished.started, earliest), latest)
        ended = min(max(finished.ended, started), latest)
        told = {**asdict(finished), "started": started, "ended": ended}
        self._append(AttemptFinished(at=now, **told))


def _rounds(actions: Sequence[Action]) -> Iterator[Sequence[Action]]:
    remaining = iter(actions)
    while some := list(islice(remaining, ROUND)):
        yield some
