"""What an attempt left behind when its driver or its worker process was killed."""

from __future__ import annotations

from runner.engine.backend import Finished, NeverBegan
from runner.engine.layout import RunLayout
from runner.engine.untrusted import read_result
from runner.worker.claim import CLAIM, claimed, end_leftovers
from runner.worker.trees import remove_tree


def recover(layout: RunLayout, task: str, attempt: int) -> Finished | NeverBegan:
    """What became of an attempt that nobody looks after any more. Ends whatever is left of it."""
    directory = layout.attempt(task, attempt)
    if not claimed(directory):
        return NeverBegan()
    end_leftovers(directory)
    for scratch in ("work", "input", "baseline"):
        remove_tree(directory / scratch)
    return read_result(layout, task, attempt) or _preempted(layout, task, attempt)


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
