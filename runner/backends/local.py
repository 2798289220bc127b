"""Runs attempts on this machine, each as a process group in its own copy of the snapshot."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from runner.backends.leftovers import recover
from runner.backends.slot import Slot
from runner.backends.spec import OVERHEAD, Specs
from runner.engine.backend import Finished, NeverBegan, Order
from runner.engine.layout import RunLayout
from runner.errors import ProviderError
from runner.plan.model import Plan
from runner.worker.attempt import GRACE
from runner.worker.environment import base_environment
from runner.worker.trees import remove_tree

MOST_OUTPUT: Final = 2 << 30
"""Bytes that a task's output may take, unless told otherwise."""

PATIENCE: Final = 10.0
"""Seconds to wait for the worker processes of an earlier driver to be gone."""


class LocalBackend:
    """This machine. `secrets` go to the stages that name them, and nowhere else."""

    def __init__(
        self,
        secrets: Mapping[str, str],
        *,
        slots: int | None = None,
        grace: float = GRACE,
        most_output: int = MOST_OUTPUT,
        overhead: float = OVERHEAD,
    ) -> None:
        """`slots` is the number of cores to use, all of them by default; times are in seconds.

        A task whose output is larger than `most_output` bytes fails. A worker process that does not
        answer within an attempt's timeout, `grace` and `overhead` is killed.
        """
        self._patience = grace + overhead
        self._secrets = dict(secrets)
        self._slots = slots or _cores()
        self._told = {"grace": grace, "max_output_bytes": most_output}

    @contextlib.contextmanager
    def open(self, plan: Plan, layout: RunLayout) -> Iterator[LocalSession]:
        """Begins to work on a run, once nothing of an earlier driver works on it any more.

        Raises ProviderError when something does for too long.
        """
        descriptor = os.open(layout.slots, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            _wait_for_earlier(descriptor, layout)
            remove_tree(layout.scratch)
            layout.scratch.mkdir()
            told = {**self._told, "scratch": str(layout.scratch)}
            session = LocalSession(plan, layout, self._secrets, self._slots, told, self._patience, descriptor)
            try:
                yield session
            finally:
                session.close()
                remove_tree(layout.scratch)
        finally:
            os.close(descriptor)


class LocalSession:
    """The worker processes of one drive. They are started when they are first needed."""

    def __init__(
        self,
        plan: Plan,
        layout: RunLayout,
        secrets: Mapping[str, str],
        slots: int,
        told: Mapping[str, object],
        patience: float,
        lock: int,
    ) -> None:
        """`told` is part of every attempt's spec; every worker process holds the descriptor `lock`.

        A worker process has `patience` seconds more than its attempt's timeout.
        """
        programs = str(Path(sys.executable).parent)
        self._specs = Specs(plan, layout)
        self._volumes = {stage.name: tuple(stage.volumes) for stage in plan.stages}
        self._environment = base_environment(os.environ, programs)
        self._secrets = secrets
        self._layout = layout
        self._slots = slots
        self._told = told
        self._patience = patience
        self._lock = lock
        self._idle: list[Slot] = []
        self._busy: dict[int, Slot] = {}
        self._poller = select.poll()

    @property
    def slots(self) -> int:
        """Cores that the run's tasks may use together."""
        return self._slots

    def start(self, orders: Sequence[Order]) -> list[str]:
        """Hands each attempt to a worker process, and returns the processes' ids."""
        return [self._give(order) for order in orders]

    def _give(self, order: Order) -> str:
        spec = self._spec(order)
        slot = self._live_slot()
        slot.due = time.monotonic() + order.timeout + self._patience
        self._busy[slot.fileno()] = slot
        self._poller.register(slot.fileno(), select.POLLIN)
        with contextlib.suppress(BrokenPipeError):  # `poll` sees that it is dead
            slot.give(spec)
        return str(slot.pid)

    def _spec(self, order: Order) -> dict[str, Any]:
        """What the worker is told. It holds the values of secrets, so it is never written to a file."""
        spec = self._specs.spec(order)
        spec["directory"] = str(self._layout.attempt(order.task, order.attempt))
        spec["snapshot"] = str(self._layout.snapshot)
        told = _without_absent(spec["environment"], self._volumes[self._specs.stage(order.task)])
        spec["environment"] = {**self._environment, **told}
        spec["secrets"] = {name: self._secrets[name] for name in spec.pop("secret_names")}
        return {**spec, **self._told}

    def cancel(self, task: str, attempt: int) -> None:
        """Asks a live attempt to stop."""
        for slot in self._busy.values():
            if slot.current == (task, attempt):
                with contextlib.suppress(BrokenPipeError):
                    slot.cancel("the run is being cancelled")

    def poll(self, timeout: float) -> list[Finished]:
        """Attempts that ended, within `timeout` seconds. Raises OSError when the disk is full."""
        now = time.monotonic()
        for slot in self._busy.values():
            if now > slot.due:
                slot.kill()
        found = []
        for descriptor, _ in self._poller.poll(timeout * 1000):
            slot = self._busy[descriptor]
            answers = slot.answers()
            if answers is None:
                found.append(self._died(slot))
            elif answers:
                found.append(self._finished(slot, answers[0]))
        return found

    def output(self, task: str, attempt: int) -> Path:
        """Where an attempt writes its output, while it runs and afterwards."""
        return self._layout.output(task, attempt)

    def recover(self, task: str, attempt: int, handle: str) -> Finished | NeverBegan:
        """What became of an attempt of an earlier driver, whose processes are all gone."""
        return recover(self._layout, task, attempt)

    def close(self) -> None:
        """Ends everything, at once."""
        slots = [*self._idle, *self._busy.values()]
        for slot in slots:
            slot.let_go()
        for slot in slots:
            slot.bury(PATIENCE)
        for slot in self._busy.values():
            if slot.current is not None:
                recover(self._layout, *slot.current)

    def _live_slot(self) -> Slot:
        """An idle worker process, if one is still alive, or a new one."""
        while self._idle:
            slot = self._idle.pop()
            if slot.is_alive():
                return slot
            slot.let_go()
            slot.bury(PATIENCE)
        return Slot(self._lock, self._layout.worker_errors)

    def _finished(self, slot: Slot, answer: bytes) -> Finished:
        task, attempt = self._free(slot)
        self._idle.append(slot)
        try:
            return msgspec.json.decode(answer, type=Finished)
        except msgspec.ValidationError:
            outcome = msgspec.json.decode(answer)["outcome"]
            if outcome == "disk-full":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from None
            return self._left(task, attempt)

    def _died(self, slot: Slot) -> Finished:
        task, attempt = self._free(slot)
        slot.let_go()
        code = slot.bury(PATIENCE)
        found = self._left(task, attempt)
        if found.outcome != "preempted":
            return found
        reason = f"the worker process died with exit code {code}: see worker-errors.txt in the run's folder"
        return msgspec.structs.replace(found, outcome="infrastructure", reason=reason)

    def _left(self, task: str, attempt: int) -> Finished:
        """What an attempt left that this session started, but does not look after any more."""
        found = recover(self._layout, task, attempt)
        if isinstance(found, Finished):
            return found
        now = time.time()
        return Finished(task=task, attempt=attempt, outcome="preempted", started=now, ended=now)

    def _free(self, slot: Slot) -> tuple[str, int]:
        del self._busy[slot.fileno()]
        self._poller.unregister(slot.fileno())
        assert slot.current is not None
        current, slot.current = slot.current, None
        return current


def _without_absent(environment: Mapping[str, str], volumes: Sequence[str]) -> dict[str, str]:
    """The variables, but for those that lead into a Volume that is no folder of this machine."""
    absent = [path for path in volumes if not Path(path).is_dir()]
    return {
        name: value
        for name, value in environment.items()
        if not any(value == path or value.startswith(f"{path}/") for path in absent)
    }


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _wait_for_earlier(descriptor: int, layout: RunLayout) -> None:
    """Waits until no worker process of an earlier driver lives, then lets ours hold the lock together."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise ProviderError(
                    "workers-linger",
                    "processes of an earlier, interrupted drive of this run are still there",
                    place=str(layout.directory),
                    fix="end the processes that have the file `slots` in that folder open, then try again",
                ) from None
            time.sleep(0.02)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            return
