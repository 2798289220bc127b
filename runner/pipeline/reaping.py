"""What stands at a provider although no run in the ledger has any use for it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from runner.backends import REMOTES, open_remote
from runner.ledger import Entry
from runner.ledger.claims import finished
from runner.pipeline.adopting import why_not
from runner.pipeline.finding import open_ledger
from runner.pipeline.workspace import Workspace

UNKNOWN: Final = "the ledger knows no such run"


class Leftover(Struct, frozen=True):
    """Something of ours at a provider, and why nobody needs it. `age` in seconds."""

    backend: str
    name: str
    run: str
    containers: int
    age: float
    reason: str


def leftovers(workspace: Workspace, runs: tuple[str, ...] = ()) -> list[Leftover]:
    """Everything of this repository's at the providers that no live run owns.

    What another clone launched is not left over where `runner collect` can take it into the ledger.
    With `runs`, what belongs to those, live or not.
    """
    found = []
    for backend in REMOTES:
        # First what stands, then who owns it: a launch writes itself down before it builds anything.
        remote = open_remote(backend, workspace.settings, workspace.name)
        standing = remote.leftovers()
        entries = open_ledger(workspace).read() if standing or runs else {}
        now = time.time()
        for one in standing:
            reason = "you named it" if one.run in runs else _unowned(entries, one.run, now)
            if reason == UNKNOWN:
                why = why_not(workspace, remote, backend, one)
                reason = f"{reason}: {why}" if why else ""
            if reason and (not runs or one.run in runs):
                age = now - one.created
                found.append(Leftover(backend, one.name, one.run, one.containers, age, reason))
        found += _only_written(backend, entries, set(runs) - {one.run for one in standing}, now)
    return found


def _only_written(backend: str, entries: Mapping[str, Entry], runs: set[str], now: float) -> list[Leftover]:
    """Those of `runs` that go on in the ledger alone, as the provider has lost them or they never stood."""
    reason = "nothing of it stands, and the ledger has it as one that goes on"
    return [
        Leftover(backend, f"the run {run}", run, 0, now - known.created, reason)
        for run in sorted(runs & entries.keys())
        if (known := entries[run]).backend == backend and known.state != "finished"
    ]


def reap(workspace: Workspace, leftover: Leftover) -> None:
    """Stops it; files stay. Returns when the provider has confirmed it.

    A run that the ledger has as one that goes on is closed there, so that nobody starts it again.
    """
    open_remote(leftover.backend, workspace.settings, workspace.name).release(leftover.run)

    def change(entries: Mapping[str, Entry]) -> Iterable[Entry]:
        known = entries.get(leftover.run)
        if known is None or known.state == "finished":
            return ()
        return (finished(known, outcome="cancelled", ended=time.time()),)

    open_ledger(workspace).update(change, f"reap {leftover.run}")


def _unowned(entries: Mapping[str, Entry], run: str, now: float) -> str:
    entry = entries.get(run)
    if entry is None:
        return UNKNOWN
    if entry.state == "finished":
        return f"the run {entry.outcome}"
    return "" if entry.live(now) else "the run should be over long since"
