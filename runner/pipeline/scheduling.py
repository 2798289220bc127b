"""Manifests with a schedule → launches: the last time that has come, once, whoever looks and how often.

A time that nobody looked at is caught up when somebody does; of several, only the last. One that is refused,
because a run of the job still goes on for instance, has not been launched: it is tried again, until the
next time comes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from runner.errors import InputError, ProviderError, RunnerError
from runner.kinds import KINDS
from runner.ledger import Entry
from runner.ledger.claims import finished
from runner.lint.validate import find_manifests
from runner.manifest.common import Schedule
from runner.manifest.load import Loaded, load
from runner.manifest.timetable import latest
from runner.pipeline.claiming import SCHEDULED
from runner.pipeline.finding import open_ledger, remote_of
from runner.pipeline.launching import NEEDS_APPROVAL, Launched, launch, provider_of
from runner.pipeline.loading import load_job
from runner.pipeline.running import Options
from runner.pipeline.scheduled import last_launch, request_of, stood, time_of
from runner.pipeline.starting import change_entry
from runner.pipeline.workspace import Workspace

ABANDONED_SECONDS: Final = 3600.0
"""A launch that has prepared nothing after so long was interrupted; no process works on it any more."""

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


class Due(Struct, frozen=True, kw_only=True):
    """A scheduled time that has come, and what became of it.

    `time` is such as `2026-11-23T02:00Z`; empty for a manifest that cannot be used, whose place `note`
    says. Without `launched`, `waiting` says that a person must agree first, and `note` why it was not
    launched. `error` is the code of what a provider did wrong; a refusal is no error.
    """

    manifest: str
    job: str = ""
    time: str = ""
    launched: Launched | None = None
    waiting: bool = False
    note: str = ""
    error: str = ""


def due(schedule: Schedule, since: datetime, now: datetime) -> datetime | None:
    """The last time that came after `since` and until `now`, in UTC; None where none did."""
    came = latest(schedule, now)
    return came if came is not None and came > since else None


def launch_due(
    workspace: Workspace, now: datetime, note: Callable[[str], None], *, approved: Collection[str] = ()
) -> list[Due]:
    """Launches every scheduled job of the commit that is checked out whose time has come.

    `approved` are the manifests that a person agreed to launch. What is wrong with one job keeps no other
    from being launched. Raises ProviderError when the ledger cannot be read.
    """
    jobs = list(_scheduled(workspace))
    found = [one for one in jobs if isinstance(one, Due)]
    scheduled = [one for one in jobs if isinstance(one, Loaded)]
    entries = open_ledger(workspace).read() if scheduled else {}
    for loaded in scheduled:
        came = _launched(workspace, loaded, entries, now, note, approved)
        found += [came] if came is not None else []
    return found


def _scheduled(workspace: Workspace) -> Iterator[Loaded | Due]:
    """The manifests that have a schedule; of those that cannot be used, why."""
    kinds = {name: kind.job_type for name, kind in KINDS.items()}
    root = workspace.repository.root
    try:
        paths = find_manifests((), str(root))
    except InputError:  # a repository without jobs has no schedules
        return
    for path in paths:
        try:
            if load(path, kinds, (), root).job.spec.schedule is not None:
                yield load_job(workspace, path, ())
        except InputError as error:
            yield Due(manifest=path.removeprefix(f"{root}/"), note=_sentence(error))


def _launched(
    workspace: Workspace,
    loaded: Loaded,
    entries: Mapping[str, Entry],
    now: datetime,
    note: Callable[[str], None],
    approved: Collection[str],
) -> Due | None:
    """What became of the schedule of a manifest; None where no time has come."""
    job, path = loaded.job.metadata.name, loaded.document.name
    about = Due(manifest=path, job=job)
    try:
        request = _request(workspace, loaded, last_launch(entries.values(), job, now), now)
        if not request:
            return None
        about = replace(about, time=request.removeprefix(SCHEDULED))
        backend = provider_of(workspace.settings)
        options = Options(backend=backend, request=request, approve=path in approved)
        whole = str(workspace.repository.root / path)
        return replace(about, launched=launch(workspace, whole, options, note))
    except RunnerError as error:
        code = error.code if isinstance(error, ProviderError) else ""
        waiting = error.code == NEEDS_APPROVAL
        return replace(about, waiting=waiting, note=_sentence(error), error=code)


def _request(workspace: Workspace, loaded: Loaded, last: Entry | None, now: datetime) -> str:
    """The request to launch now; empty where no time has come."""
    schedule, repository = loaded.job.spec.schedule, workspace.repository
    if schedule is None:
        return ""
    if last is not None and _left(last):
        if last.base == repository.head():
            return last.request  # the same launch again brings it to its end
        if not _given_up(workspace, last):
            return ""
        last = None
    launched = time_of(last) if last is not None else None
    came = due(schedule, launched or _LONG_AGO, now)
    if came is None or not stood(repository, loaded.document.name, came, now, launched=launched is not None):
        return ""
    return request_of(came)


def _left(entry: Entry) -> bool:
    """Whether a launch did not come to its end, and nobody says that they are at it."""
    return entry.state in ("launching", "queued") and not entry.driver and entry.lease < time.time()


def _given_up(workspace: Workspace, entry: Entry) -> bool:
    """Gives up an interrupted launch of an older commit, so that its time is launched anew.

    What was prepared of it there could not be told from what would be prepared here. False where it may
    still come to its end.
    """
    remote = remote_of(workspace, entry)
    if entry.created > time.time() - ABANDONED_SECONDS or remote.is_prepared(entry.run):
        return False

    def change(known: Entry) -> Entry | None:
        if not _left(known):
            return None
        ended = finished(known, outcome="cancelled", ended=time.time())
        return replace(ended, key=f"withdrawn-{known.run}", request="")

    text = f"give up {entry.run} of {entry.job}: it was interrupted, and launched from an older commit"
    if change_entry(open_ledger(workspace), entry.run, change, text).state != "finished":
        return False
    remote.release(entry.run)
    return True


def _sentence(error: RunnerError) -> str:
    return f"{error}" + (f"; {error.fix}" if error.fix else "")
