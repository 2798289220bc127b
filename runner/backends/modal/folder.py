"""The folder of an attempt on the outputs Volume. Others see what is written there once it is committed."""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from modal.exception import Error, ResourceExhaustedError

from runner.backends.modal.names import ENDED, OUTPUTS_MOUNT, ended_mark
from runner.worker.attempt import RESULT
from runner.worker.claim import CLAIM
from runner.worker.trees import copy_tree, read_plain, remove_tree

LOG: Final = "log.txt"
OUTPUT: Final = "output"
PROGRESS: Final = "output/metrics.jsonl"

TROUBLE: Final = (Error, RuntimeError, OSError)
"""What a write to the Volume or its commit may raise."""


class AttemptFolder:
    """What one attempt leaves. The first container of its call claims it; a later one finds the claim."""

    def __init__(self, order: dict[str, Any], commit: Callable[[], None]) -> None:
        """`commit` shows others what lies on the Volume."""
        run = Path(OUTPUTS_MOUNT, order["run"])
        self._task: str = order["task"]
        self._attempt: int = order["attempt"]
        self._directory = run / "tasks" / self._task / f"attempt-{self._attempt}"
        self._mark = run / ENDED / ended_mark(self._task, self._attempt)
        self._claim: dict[str, Any] = {}
        self.commit = commit

    def claimed(self) -> bool:
        """Whether an earlier container took up the attempt."""
        return Path(self._directory, CLAIM).exists()

    def claim(self, call: str) -> None:
        """Takes up the attempt, for all to see. `alive` is the latest moment at which this container was."""
        now = time.time()
        self._claim = {
            "call": call,
            "container": os.environ.get("MODAL_TASK_ID", ""),
            "began": now,
            "alive": now,
        }
        self._write(CLAIM, self._claim)
        self.commit()

    def settle(self) -> str:
        """Ends what an earlier container left behind, and returns how the attempt ended."""
        result = self._read(RESULT)
        if not result:
            claim = self._read(CLAIM)
            began = _moment(claim.get("began"), (self._directory / CLAIM).lstat().st_mtime)
            alive = max(began, _moment(claim.get("alive"), began))
            result = self.verdict("preempted", "the container that worked on it was taken away", began, alive)
            self._write(RESULT, result)
        self._put_mark()
        self.commit()
        return str(result.get("outcome"))

    def verdict(self, outcome: str, reason: str, started: float, ended: float) -> dict[str, Any]:
        """A result in the form of a worker's, where no worker gave one."""
        return {
            "task": self._task,
            "attempt": self._attempt,
            "outcome": outcome,
            "exit_code": None,
            "reason": reason,
            "started": started,
            "ended": ended,
            "peak_memory": None,
            "weights": {},
            "left_out": [],
        }

    def save(self, log: bytes, progress: bytes = b"") -> None:
        """Writes the log and the progress so far and a sign of life, to be committed."""
        self._put(LOG, log)
        if progress:
            self._put(PROGRESS, progress)
        self._write(CLAIM, {**self._claim, "alive": time.time()})

    def deliver(self, result: dict[str, Any], log: bytes, output: Path | None) -> str:
        """Commits log and outputs, and only then the result and the mark. Returns how the attempt ended.

        What cannot be kept makes the attempt one that failed through no fault of its program. Raises
        one of TROUBLE when not even that can be written.
        """
        try:
            self._put(LOG, log)
            if output is not None:
                remove_tree(self._directory / OUTPUT)
                copy_tree(output, self._directory / OUTPUT)
            self.commit()
        except TROUBLE as error:
            remove_tree(self._directory / OUTPUT)
            result = {**result, "outcome": "infrastructure", "reason": _trouble(error), "weights": {}}
        self._write(RESULT, result)
        self._put_mark()
        self.commit()
        return str(result["outcome"])

    def _put_mark(self) -> None:
        self._mark.parent.mkdir(parents=True, exist_ok=True)
        self._mark.touch()

    def _write(self, name: str, content: dict[str, Any]) -> None:
        self._put(name, json.dumps(content).encode())

    def _put(self, name: str, content: bytes) -> None:
        """Writes a file. It is never half there: the provider commits at moments of its own, too."""
        half, whole = self._directory / f"{name}.half", self._directory / name
        whole.parent.mkdir(parents=True, exist_ok=True)
        remove_tree(half)
        half.write_bytes(content)
        if whole.is_dir():
            remove_tree(whole)  # a program may have guessed the name
        half.replace(whole)

    def _read(self, name: str) -> dict[str, Any]:
        """What a file says; nothing where there is none, or a program has spoilt it."""
        try:
            content = json.loads(read_plain(self._directory / name))
        except (OSError, ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}


def _moment(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, (int, float)) else otherwise


def _trouble(error: Exception) -> str:
    full = isinstance(error, ResourceExhaustedError)
    if full or (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)):
        return "its outputs cannot be kept: there is no room left on the outputs Volume"
    said = " ".join(str(error).split())[:200] or type(error).__name__
    return f"its outputs cannot be kept on the outputs Volume: {said}"
