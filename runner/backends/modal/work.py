"""Looks after the worker process of an attempt, from its start to its answer."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from runner.backends.modal.echo import Echo
from runner.backends.modal.folder import LOG, OUTPUT, PROGRESS, TROUBLE, AttemptFolder
from runner.backends.modal.notices import PREEMPTED, Notices
from runner.backends.modal.surroundings import MissingSecretError, secrets, surroundings
from runner.worker.claim import end_leftovers
from runner.worker.driving import WorkerProcess
from runner.worker.ending import Ending
from runner.worker.masking import Mask
from runner.worker.memory import Memory
from runner.worker.supervise import Halt
from runner.worker.trees import open_plain

TURN: Final = 0.25
"""Seconds between two looks at the log."""

COMMIT_EVERY: Final = 30.0
"""Seconds between two commits, so that a lost container loses no more than that."""

PATIENCE: Final = 12.0
"""Seconds that the worker has for an answer when the machine is being taken away."""

SUSPENDED: Final = Halt(
    "the provider lets no container work longer; it goes on from its checkpoint", "suspended"
)

MOST_PROGRESS: Final = 16 << 20
"""Bytes of a `metrics.jsonl` that are shown while the attempt works."""

_BURIAL: Final = 5.0
"""Seconds that the worker has to end when it has answered."""


class Done(NamedTuple):
    """How an attempt ended: its result, its log, and its outputs if the worker has looked them over."""

    result: dict[str, Any]
    log: bytes
    output: Path | None


class Work:
    """One attempt in this container, in a folder of its own."""

    def __init__(
        self, order: Mapping[str, Any], folder: AttemptFolder, notices: Notices, began: float
    ) -> None:
        """`began` is when the container began to work, in monotonic seconds."""
        self._order = order
        self._folder = folder
        self._notices = notices
        self._slice_ends = began + order["slice"] if "slice" in order else None
        self._halt: Halt | None = None
        self._kill_at = float("inf")
        self._next_commit = time.monotonic() + order.get("commit_every", COMMIT_EVERY)
        self._committing: threading.Thread | None = None
        self._progress: Path | None = None
        self._complaint = ""

    def run(self, own: Path) -> Done:
        """Does the attempt in the folder `own`; nothing of its programs is left afterwards."""
        started = time.time()
        directory = own / "attempt"
        directory.mkdir()
        if self._order.get("commit_progress"):
            self._progress = directory / PROGRESS
        echo = Echo(directory / LOG, sys.stdout.buffer)
        try:
            try:
                result = self._worked(self._spec(directory), directory, echo)
            except MissingSecretError as error:
                result = Ending("infrastructure", None, str(error))
            if self._committing is not None:
                self._committing.join()
            log = echo.finish()
        finally:
            echo.close()
        if isinstance(result, Ending):
            verdict = self._folder.verdict(result.outcome, result.reason, started, time.time())
            return Done(verdict, log, None)
        keeps = result["outcome"] != "preempted"  # there is no time to bring away what nobody will read
        return Done(result, log, directory / OUTPUT if keeps else None)

    def _spec(self, directory: Path) -> dict[str, Any]:
        return {
            **{name: value for name, value in self._order.items() if name != "volumes"},
            "directory": str(directory),
            "environment": surroundings(self._order, os.environ),
            "secrets": secrets(self._order, os.environ),
        }

    def _worked(self, spec: dict[str, Any], directory: Path, echo: Echo) -> dict[str, Any] | Ending:
        """The worker's result, or how the attempt ended if the worker gave none."""
        worker = WorkerProcess()
        try:
            worker.give(spec)
            answer = self._answer(worker, echo)
        except BrokenPipeError:
            answer = None
        finally:
            worker.let_go()
        code = worker.bury(_BURIAL)
        if answer is None:
            end_leftovers(directory)
            return self._silence(code)
        if answer["outcome"] == "disk-full":
            return Ending("infrastructure", None, "the disk of the container is full")
        return answer

    def _answer(self, worker: WorkerProcess, echo: Echo) -> dict[str, Any] | None:
        """Waits for the worker's answer; None when it died, or was given up."""
        poller = select.poll()
        poller.register(worker.fileno(), select.POLLIN)
        poller.register(self._notices.fileno(), select.POLLIN)
        while time.monotonic() < self._kill_at:
            ready = {descriptor for descriptor, _ in poller.poll(TURN * 1000)}
            echo.turn()
            self._heed(worker)
            self._commit(echo)
            if worker.fileno() in ready:
                answers = worker.answers()
                if answers is None:
                    return None
                if answers:
                    return dict(json.loads(answers[0]))
        worker.kill()
        return None

    def _heed(self, worker: WorkerProcess) -> None:
        """Tells the worker to stop when there is a reason to. Of several orders it follows the first."""
        halt = self._notices.halt()
        if halt is None and self._slice_ends is not None and time.monotonic() > self._slice_ends:
            halt = SUSPENDED
        if halt is None or halt is self._halt:
            return
        self._halt = halt
        if halt is PREEMPTED:
            self._kill_at = time.monotonic() + PATIENCE
        worker.cancel(**halt._asdict())

    def _commit(self, echo: Echo) -> None:
        """Commits log and checkpoint when it is time, beside the work, which goes on meanwhile."""
        now = time.monotonic()
        if now < self._next_commit or (self._committing is not None and self._committing.is_alive()):
            return
        self._next_commit = now + self._order.get("commit_every", COMMIT_EVERY)
        self._committing = threading.Thread(target=self._save, args=(echo,))
        self._committing.start()

    def _save(self, echo: Echo) -> None:
        try:
            self._folder.save(echo.content(), self._shown())
            self._folder.commit()
        except TROUBLE as error:  # the next one may do better, and the last one is not forgiven
            if str(error) != self._complaint:
                self._complaint = str(error)
                print(f"[runner] checkpoints may not be safe: {error}", file=sys.stderr, flush=True)

    def _shown(self) -> bytes:
        """What the attempt reported so far, if others are to see it now, without secrets."""
        if self._progress is None:
            return b""
        try:
            with open_plain(self._progress) as file:
                content = file.read(MOST_PROGRESS)
        except OSError:
            return b""
        mask = Mask(secrets(self._order, os.environ).values())
        return mask.feed(content) + mask.flush()

    def _silence(self, code: int) -> Ending:
        """What it means that the worker is gone without an answer."""
        if self._halt is PREEMPTED:
            return Ending("preempted", None, PREEMPTED.reason)
        if code == -signal.SIGKILL and Memory.kernel_killed():
            reason = "the kernel killed the worker process, as the container ran out of memory"
            return Ending("out-of-memory", None, reason)
        return Ending("infrastructure", None, f"the worker process died with exit code {code}")
