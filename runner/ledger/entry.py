"""One run in the ledger, and the file it is written to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

State = Literal["queued", "launching", "running", "finished"]
Outcome = Literal["", "succeeded", "failed", "cancelled"]

_RUN: Final = r"^[0-9]{8}-[0-9]{6}-[0-9a-f]{6}$(?!\n)"

BY_SERVICE: Final = "service "
"""How the request of a training begins that a service launched; the service's name follows."""

RunId = Annotated[str, Meta(pattern=_RUN)]
Job = Annotated[str, Meta(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$(?!\n)", max_length=100)]
Commit = Annotated[str, Meta(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$(?!\n)")]
Time = Annotated[float, Meta(ge=0, le=1e11)]
Dollars = Annotated[float, Meta(ge=0)]


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was launched, by whom, from which commit, and how far it is.

    Times are in seconds since the epoch. `key` says what was asked: the same manifest, code and
    inputs give the same key. `targets` are files of the repository that the result would replace;
    while the run is live they are locked. After `expires` neither the lock nor the run is believed.
    `lease` says until when the process with the token `lease_by` alone may start the run, or tell of its
    end, `driver` what drives it, in the provider's words, `after` which run a queued one waits for.
    `request` tells this launch from others of the same manifest and code, as
    `schedule 2026-11-21T03:00Z` does, and `thread` says where people are told of its end (see
    `Forge.thread`).
    """

    run: RunId
    job: Job
    kind: str
    backend: str
    key: Annotated[str, Meta(min_length=1)]
    created: Time
    by: str
    base: Commit
    manifest_path: str
    manifest_sha256: str
    overrides: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    deploy: bool = True
    publish: bool = True
    bound_usd: Dollars = 0.0
    targets: tuple[str, ...] = ()
    expires: Time = 0.0
    state: State = "launching"
    lease: Time = 0.0
    lease_by: str = ""
    driver: str = ""
    retries: Annotated[int, Meta(ge=0)] = 0
    outcome: Outcome = ""
    verdict: str = ""
    cost_usd: Dollars | None = None
    ended: Time = 0.0
    pull_request: str = ""
    after: RunId | Literal[""] = ""
    request: str = ""
    thread: str = ""

    @property
    def by_workflow(self) -> bool:
        """Whether a workflow launched it; then one is to bring it home, too."""
        return bool(self.thread or (self.request and not self.request.startswith(BY_SERVICE)))

    def live(self, now: float) -> bool:
        """Whether the run goes on or waits, as far as is known."""
        return self.state != "finished" and now < self.expires


def file_name(run: str) -> str:
    """The file of a run, in the folder `runs` of the branch."""
    return f"{run}.json"


def dump(entry: Entry) -> bytes:
    """The content of an entry's file, which people read, too. Raises ValidationError for what is no entry."""
    content = {"run": entry.run, "state": entry.state} | msgspec.to_builtins(entry)
    text = msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"
    msgspec.json.decode(text, type=Entry)
    return text


def load(name: str, content: bytes) -> Entry | None:
    """The entry that a file holds; None when it cannot be read or is not the file of its run."""
    try:
        entry = msgspec.json.decode(content, type=Entry)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return entry if file_name(entry.run) == name else None


def oldest_first(entries: Iterable[Entry]) -> list[Entry]:
    """The entries in the order in which they were launched."""
    return sorted(entries, key=lambda entry: (entry.created, entry.run))
