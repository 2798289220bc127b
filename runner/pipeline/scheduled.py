"""What was launched of a schedule before, and whether it stood on the branch when its time came.

What was launched is in the ledger, as `Entry.request`: `schedule 2026-11-23T02:00Z`. Since when it stands is
in the history: the last commit of the branch that changed lines of the manifest which say when it is
launched. A shallow clone may hide that commit. Then a job that was launched by schedule before is launched
again; for another one, history is fetched until it tells, or there is too much of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from runner.ledger import Entry
from runner.pipeline.claiming import SCHEDULED
from runner.repository.access import access, deepen
from runner.repository.git import Repository

_FORM: Final = f"{SCHEDULED}%Y-%m-%dT%H:%MZ"
_SAYING_WHEN: Final = "schedule|cron|timezone"
"""Lines of a manifest that hold one of these words."""

DEEPER: Final = (100, 1000)
"""So many commits are added to a shallow clone at a time."""


class Beginning(Struct, frozen=True):
    """When a schedule came to the branch, in UTC; not `certain` where the clone may hide an older commit."""

    time: datetime
    certain: bool


def request_of(time: datetime) -> str:
    """What the launch of a scheduled time is called in the ledger; `time` is in UTC."""
    return time.strftime(_FORM)


def time_of(entry: Entry) -> datetime | None:
    """The scheduled time of which an entry is the launch; None where it is another launch."""
    try:
        return datetime.strptime(entry.request, _FORM).replace(tzinfo=UTC)
    except ValueError:
        return None


def last_launch(entries: Iterable[Entry], job: str, now: datetime) -> Entry | None:
    """The launch of the job's latest scheduled time; times that have not come yet are a wrong clock's."""
    times = [(time_of(entry), entry.created, entry) for entry in entries if entry.job == job]
    known = [(time, created, entry) for time, created, entry in times if time is not None and time <= now]
    return max(known, key=lambda one: one[:2])[2] if known else None


def stood(repository: Repository, path: str, came: datetime, now: datetime, *, launched: bool) -> bool:
    """Whether the schedule in the manifest `path` stood on the branch already when its time `came`.

    `launched` says that an earlier time of it was launched. Raises ProviderError.
    """
    began = beginning(repository, path)
    for commits in DEEPER:
        if launched or began is None or began.certain or began.time < came:
            break
        deepen(repository, commits)
        began = beginning(repository, path)
    if began is None or began.time < came:
        return began is not None
    # Of a job that was launched before, a commit that is hidden proves nothing, nor does a wrong clock.
    return launched and (not began.certain or began.time > now)


def beginning(repository: Repository, path: str) -> Beginning | None:
    """When the schedule in the manifest `path` came to the branch as it stands; None where it did not."""
    for choice in ([f"-G{_SAYING_WHEN}"], []):
        # Merged work counts from its merge. In a clone without blobs, git fetches those that it compares.
        found = repository.text(
            "log", "-1", "-m", "--first-parent", "--no-renames", "--format=%ct %P", *choice,
            "HEAD", "--", path, env=access(),
        )  # fmt: skip
        if found:
            seconds, *parents = found.split()
            shallow = not parents and repository.text("rev-parse", "--is-shallow-repository") == "true"
            return Beginning(datetime.fromtimestamp(int(seconds), UTC), not shallow)
    return None
