"""Finding a run by its name, on this machine or in the ledger."""

from __future__ import annotations

from msgspec import Struct

from runner.backends import REMOTES, open_remote, require_backend
from runner.engine.layout import RunLayout
from runner.engine.record import choose_run, list_runs, read_record, runs_directory
from runner.engine.remote import Remote
from runner.errors import InputError
from runner.ledger import Entry, Ledger, in_use
from runner.pipeline.workspace import Workspace


class Found(Struct, frozen=True):
    """A run; with its entry where the ledger knows it, that is, where a provider drives it."""

    layout: RunLayout
    entry: Entry | None = None


def open_ledger(workspace: Workspace) -> Ledger:
    """The ledger of the repository."""
    return Ledger(workspace.repository, workspace.settings.ledger.remote or None)


def ledger_entries(workspace: Workspace) -> dict[str, Entry]:
    """Every run in the ledger, oldest first; none where nothing suggests that there is a ledger.

    So that whoever runs on this machine alone never waits for the network.
    """
    if workspace.settings.backend in REMOTES or in_use(workspace.repository):
        return open_ledger(workspace).read()
    return {}


def find(workspace: Workspace, name: str) -> Found:
    """The run with this id, a unique beginning of it, or the `latest`.

    Of one that is only in the ledger, nothing has come here yet. Raises InputError when there is no
    such run, or more than one.
    """
    here = list_runs(workspace.state_directory)
    if name in here and _is_local(_layout(workspace, name)):
        return Found(_layout(workspace, name))
    entries = ledger_entries(workspace)
    run = choose_run(sorted({*here, *entries}), name)
    return Found(_layout(workspace, run), entries.get(run))


def _is_local(layout: RunLayout) -> bool:
    """Whether a run of this machine lies there, so that the ledger need not be asked."""
    try:
        return read_record(layout).backend not in REMOTES
    except InputError:
        return False  # it is damaged: the ledger may know better


def find_launched(workspace: Workspace, name: str) -> tuple[RunLayout, Entry]:
    """As `find`, for what only runs in the ledger can do. Raises InputError for another."""
    found = find(workspace, name)
    if found.entry is None:
        raise InputError(
            "not-launched",
            f"the run {found.layout.run} is not in the ledger: it was not launched at a provider",
            fix="runner status lists all runs",
        )
    return found.layout, found.entry


def layout_of(workspace: Workspace, entry: Entry) -> RunLayout:
    """Where a run of the ledger lies on this machine, or will."""
    return _layout(workspace, entry.run)


def remote_of(workspace: Workspace, entry: Entry) -> Remote:
    """The provider that drives a run. Raises InputError where this version knows none of that name."""
    if entry.backend not in REMOTES:
        require_backend(entry.backend, f"the entry of {entry.run} in the ledger")
        raise InputError("not-a-provider", f"the ledger says that {entry.backend} drives the run {entry.run}")
    return open_remote(entry.backend, workspace.settings, workspace.name)


def _layout(workspace: Workspace, run: str) -> RunLayout:
    return RunLayout(runs_directory(workspace.state_directory) / run)
