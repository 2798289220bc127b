"""What an attempt left behind when its driver or its worker process was killed."""

from __future__ import annotations

import contextlib
import os
import signal

import msgspec

from runner.engine.backend import Finished, NeverBegan
from runner.engine.layout import RunLayout
from runner.worker.claim import CLAIM, claimed, leftovers
from runner.worker.processes import end_told
from runner.worker.trees import read_plain, remove_tree


def recover(layout: RunLayout, task: str, attempt: int) -> Finished | NeverBegan:
    """What became of an attempt that nobody looks after any more. Ends whatever is left of it."""
    directory = layout.attempt(task, attempt)
    if not claimed(directory):
        return NeverBegan()
    for process in leftovers(directory):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(-process, signal.SIGKILL) if process < 0 else os.kill(process, signal.SIGKILL)
    end_told(b"RUNNER_OUTPUT_DIR=" + os.fsencode(layout.output(task, attempt)))
    for scratch in ("work", "input", "baseline"):
        remove_tree(directory / scratch)
    return read_result(layout, task, attempt) or _preempted(layout, task, attempt)


def read_result(layout: RunLayout, task: str, attempt: int) -> Finished | None:
    """The result that a worker wrote; None where it wrote none, or half a one."""
    try:
        result = msgspec.json.decode(read_plain(layout.result(task, attempt)), type=Finished)
    except (OSError, msgspec.DecodeError):
        return None
    if (result.task, result.attempt) != (task, attempt):
        return None
    return result


def _preempted(layout: RunLayout, task: str, attempt: int) -> Finished:
    claim = layout.attempt(task, attempt) / CLAIM
    began = claim.stat().st_mtime
    log = layout.log(task, attempt)
    return Finished(
        task=task,
        attempt=attempt,
        outcome="preempted",
        started=began,
        ended=max(began, log.stat().st_mtime if log.exists() else began),
        reason="the process that looked after it was killed",
    )
