"""Telling people that a run has ended, where it was launched from and through a webhook."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from runner.errors import RunnerError
from runner.forge import open_forge
from runner.ledger import Entry, Ledger
from runner.pipeline.endings import Ending, comment, digest, message
from runner.pipeline.starting import change_entry
from runner.pipeline.webhook import is_called, send
from runner.pipeline.workspace import Workspace

TURN_SECONDS: Final = 60.0
MOST_COMMENTS: Final = 20
"""With more runs than that, a thread gets one comment on all of them."""


def is_told(ending: Ending) -> bool:
    """Whether there is anybody to tell."""
    return bool(ending.entry.thread) or is_called()


def take_turn(ledger: Ledger, entry: Entry) -> bool:
    """Sees to it that only one process at a time tells of the end of a run; False where another one does."""
    token = os.urandom(8).hex()

    def change(known: Entry) -> Entry | None:
        held = known.lease > time.time() and known.lease_by != token
        if held or known.state == "finished" or known.retries != entry.retries:
            return None
        return replace(known, lease=time.time() + TURN_SECONDS, lease_by=token)

    return change_entry(ledger, entry.run, change, f"tell of the end of {entry.run}").lease_by == token


def tell(workspace: Workspace, ending: Ending, entries: Mapping[str, Entry]) -> list[str]:
    """Tells of the end of a run; returns sentences on what could not be told.

    `entries` is the ledger. Told again, the comment stays one comment, and the webhook is called again.
    """
    return [*_comment(workspace, ending, entries), *send(message(ending))]


def _comment(workspace: Workspace, ending: Ending, entries: Mapping[str, Entry]) -> list[str]:
    entry = ending.entry
    if not entry.thread:
        return []
    known = {**entries, entry.run: entry}
    siblings = [other for other in known.values() if other.thread == entry.thread]
    try:
        forge = open_forge(workspace.repository, workspace.settings)
        if len(siblings) > MOST_COMMENTS:
            forge.tell(entry.thread, "runs", digest(siblings))
        else:
            forge.tell(entry.thread, f"run-{entry.run}", comment(ending))
    except RunnerError as error:
        return [f"its end was not told in {entry.thread}: {error.message}"]
    return []
