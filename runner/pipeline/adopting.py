"""Runs that another clone of the repository launched, with a ledger of its own: taken into this one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from runner.backends import REMOTES, open_remote
from runner.engine.record import create_run
from runner.engine.remote import Leftover, Remote
from runner.errors import InputError, ProviderError, RunnerError
from runner.ledger import Entry, Ledger, in_use
from runner.pipeline.examining import NOT_DRIVEN, Adoptable, examine
from runner.pipeline.finding import open_ledger
from runner.pipeline.workspace import Workspace
from runner.wording import printable

LAUNCH_SECONDS: Final = 3600.0
"""What stands without a driver for longer than this was never launched to the end."""


def adopt(workspace: Workspace, note: Callable[[str], None]) -> list[str]:
    """Takes in every run of this repository that stands at a provider and is not in the ledger; their names.

    A provider that does not answer is passed over: who works on its runs next says so. A run that cannot be
    taken in stays as it is, and a note says why. Raises ProviderError where the ledger cannot be read.
    """
    if workspace.settings.backend not in REMOTES and not in_use(workspace.repository):
        return []
    ledger = open_ledger(workspace)
    adopted = list[str]()
    for backend in REMOTES:
        remote = open_remote(backend, workspace.settings, workspace.name)
        try:
            standing = remote.leftovers()
        except ProviderError:
            continue
        known = ledger.read() if standing else {}  # first what stands: a launch writes itself down before
        for one in sorted(standing, key=lambda one: one.created):
            if one.run not in known and _adopt_one(workspace, ledger, remote, one, backend, note):
                adopted.append(one.run)
    return adopted


def why_not(workspace: Workspace, remote: Remote, backend: str, one: Leftover) -> str:
    """Why a run that the ledger does not know cannot be taken into it; empty where it can, or soon will.

    Raises ProviderError where that cannot be found out now.
    """
    try:
        examine(workspace, remote, backend, one.run)
    except InputError as error:
        young = error.code == NOT_DRIVEN and time.time() - one.created < LAUNCH_SECONDS
        return "" if young else str(error)
    except ProviderError as error:
        if error.code != "run-unknown":
            raise
        return str(error)
    return ""


def _adopt_one(
    workspace: Workspace,
    ledger: Ledger,
    remote: Remote,
    one: Leftover,
    backend: str,
    note: Callable[[str], None],
) -> bool:
    """Takes one run in, or says why not."""
    try:
        _write(workspace, ledger, examine(workspace, remote, backend, one.run), note)
    except RunnerError as error:
        where = f"the run {one.run} at {backend} is not in the ledger"
        if isinstance(error, ProviderError) and error.code != "run-unknown":
            note(f"{where} and could not be taken into it now: {error}; the next runner collect tries again")
        elif error.code != NOT_DRIVEN or time.time() - one.created > LAUNCH_SECONDS:
            stop = f"runner reap --run {one.run} --yes"
            note(f"{where} and cannot be taken into it: {error}; look at it, or stop it: {stop}")
        return False
    return True


def _write(workspace: Workspace, ledger: Ledger, found: Adoptable, note: Callable[[str], None]) -> None:
    entry = found.entry
    create_run(workspace.state_directory, found.record, found.plan, found.manifest)

    def write(entries: Mapping[str, Entry]) -> Iterable[Entry]:
        return () if entry.run in entries else (entry,)

    entries = ledger.update(write, f"adopt {entry.run} of {entry.job}")
    note(f"took the run {entry.run} of {entry.job} into the ledger: launched by {printable(entry.by)}")
    for other in _beside(entries, entry):
        note(f"the run {other.run} of {other.job} goes on beside it and would replace the same files")


def _beside(entries: Mapping[str, Entry], entry: Entry) -> list[Entry]:
    """The live runs that a launch would have had to wait for."""
    now = time.time()
    return [
        other
        for run, other in sorted(entries.items())
        if run != entry.run
        and other.live(now)
        and (other.job == entry.job or set(other.targets) & set(entry.targets))
    ]
