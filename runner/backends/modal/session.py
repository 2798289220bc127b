"""Attempts as function calls at the provider, looked after by the coordinator of their run."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from runner.backends.modal.calls import CallEnd
from runner.backends.modal.live import LiveCall, LiveCalls, Pace
from runner.backends.modal.names import ended_mark
from runner.backends.modal.remains import Remains
from runner.backends.modal.spawning import CONCURRENT, Spawner
from runner.engine.backend import UNBOUNDED, Finished, NeverBegan, Order, StillRunning
from runner.engine.layout import RunLayout
from runner.plan.model import Plan


class ModalBackend:
    """The deployed app of a run, and what its attempts leave. `grace` is in seconds."""

    def __init__(self, spawner: Spawner, remains: Remains, grace: float, pace: Pace) -> None:
        self._spawner = spawner
        self._remains = remains
        self._grace = grace
        self._pace = pace

    @contextmanager
    def open(self, plan: Plan, layout: RunLayout) -> Iterator[ModalSession]:
        """Begins to work on a run. Attempts go on when the context is left."""
        self._remains.reload()
        with ThreadPoolExecutor(CONCURRENT) as pool:
            live = LiveCalls(pool, self._grace, self._pace)
            yield ModalSession(self._spawner, self._remains, live, self._pace)


class ModalSession:
    """One driver's work on a run."""

    def __init__(
        self,
        spawner: Spawner,
        remains: Remains,
        live: LiveCalls,
        pace: Pace,
    ) -> None:
        self._spawner = spawner
        self._remains = remains
        self._live = live
        self._pace = pace
        self._unstarted: list[Finished] = []
        self._pause = pace.shortest
        self._next_look = 0.0

    @property
    def slots(self) -> int:
        """The provider has cores enough; the stages of the plan say how many tasks run at a time."""
        return UNBOUNDED

    def start(self, orders: Sequence[Order]) -> list[str]:
        """Spawns a call for each attempt and returns the calls' ids; empty where that failed."""
        spawned = self._spawner.spawn(orders)
        for order, made in zip(orders, spawned, strict=True):
            if made.call:
                self._live.keep(LiveCall(order.task, order.attempt, made.call, time.monotonic()))
            else:
                lost = self._remains.lost(order.task, order.attempt, "infrastructure", made.reason)
                self._unstarted.append(lost)
        self._pause = self._pace.shortest
        self._next_look = min(self._next_look, time.monotonic() + self._pause)
        return [made.call for made in spawned]

    def cancel(self, task: str, attempt: int) -> None:
        """Has a live attempt cancelled at the next look, which is at once."""
        call = self._live.get(ended_mark(task, attempt))
        if call is not None:
            call.cancelled = True
            self._next_look = 0.0

    def poll(self, timeout: float) -> list[Finished]:
        """Attempts that ended. Mostly only waits: the provider is asked at the session's pace."""
        found, self._unstarted = self._unstarted, []
        if found:
            return found
        left = self._next_look - time.monotonic() if self._live else timeout
        if left > 0:
            time.sleep(min(timeout, left))
            return []
        found = self._look()
        self._pause = self._pace.shortest if found else min(1.5 * self._pause, self._pace.longest)
        self._next_look = time.monotonic() + self._pause
        return found

    def output(self, task: str, attempt: int) -> Path:
        """Where the Volume shows what an attempt had committed when the outputs were last looked at."""
        return self._remains.layout.output(task, attempt)

    def recover(self, task: str, attempt: int, handle: str) -> Finished | NeverBegan | StillRunning:
        """What became of an attempt of an earlier driver.

        A call that the journal does not name does nothing and leaves by itself.
        """
        if found := self._remains.result(task, attempt):
            return found
        if not handle:
            return NeverBegan()
        self._live.keep(LiveCall(task, attempt, handle, asked=0.0))
        return StillRunning()

    def _look(self) -> list[Finished]:
        self._live.tell_cancelled()
        self._remains.reload()
        marked = [call for mark in self._remains.marks() if (call := self._live.get(mark))]
        found = [end for call in marked if (end := self._marked(call))]
        if silent := self._live.silent():
            self._remains.reload()  # the mark may have come between
            found += [end for call, said in silent if (end := self._gone(call, said))]
        return found

    def _marked(self, call: LiveCall) -> Finished | None:
        """How a call ended that has left its mark; None where only the provider can say, as a program that
        does not belong to it may have left the mark, or spoilt the result.
        """
        found = self._remains.result(call.task, call.attempt)
        if found is not None:
            self._live.forget(call)
        return found

    def _gone(self, call: LiveCall, end: CallEnd) -> Finished | None:
        """How a call ended that the provider calls ended; None while its container still clears up."""
        found = self._remains.result(call.task, call.attempt)
        if found is None and self._live.clears_up(call) and self._remains.claimed(call.task, call.attempt):
            return None
        self._live.forget(call)
        if found is not None:
            return found
        if call.told is not None:
            end = CallEnd("cancelled", "the run is being cancelled")
        return self._remains.lost(call.task, call.attempt, end.outcome, end.reason)
