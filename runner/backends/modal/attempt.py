"""What runs in a task's container: one attempt, from its appointment to its delivery.

It is imported by images that hold Python 3.11 or newer, the provider's client and a few files of ours.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import modal

from runner.backends.modal.appointment import UNAPPOINTED, await_appointment
from runner.backends.modal.folder import AttemptFolder
from runner.backends.modal.notices import Notices, listening
from runner.backends.modal.work import Work
from runner.worker.trees import remove_tree


def attempt(order: dict[str, Any]) -> str:
    """Does an attempt if it was given to this call, and returns how it ended, which nobody has to read.

    `order` is a spec (see `runner.backends.spec`) and moreover:

        volumes         {control, outputs}: hydrated handles, as this container may not look them up
        slice           optional: seconds after which the attempt ends as `suspended`
        commit_every    optional: seconds between two commits of log and checkpoint
        commit_progress optional: whether `metrics.jsonl` goes along with them

    Raises what interrupted it, once everything is delivered, and an exception of the provider's when it
    cannot be delivered.
    """
    began = time.monotonic()
    call = modal.current_function_call_id() or ""
    with listening() as notices:
        return _attempt(order, call, notices, began)


def _attempt(order: dict[str, Any], call: str, notices: Notices, began: float) -> str:
    control: modal.Volume = order["volumes"]["control"]
    outputs: modal.Volume = order["volumes"]["outputs"]
    if not await_appointment(order["task"], order["attempt"], call, control.reload, notices.pause):
        return UNAPPOINTED
    folder = AttemptFolder(order, outputs.commit)
    if folder.claimed():
        return folder.settle()
    folder.claim(call)
    own = Path(tempfile.mkdtemp(prefix="runner-"))
    try:
        done = Work(order, folder, notices, began).run(own)
        return folder.deliver(*done)
    finally:
        remove_tree(own)
