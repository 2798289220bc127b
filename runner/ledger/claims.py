"""Who may run what: decided from the entries alone, so that it holds whoever wins a race."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from runner.errors import InputError
from runner.ledger.entry import Entry, Outcome, oldest_first
from runner.wording import printable

Concurrency = Literal["refuse", "queue", "replace"]


class Claim(Struct, frozen=True, kw_only=True):
    """What becomes of a launch.

    `new`: `entry` is this launch's, to be started now. `queued`: `entry` is this launch's, and waits
    for the run `entry.after`. `existing`: the same was launched before, as `entry`. `replace`: the run
    `entry` is to be cancelled first; then ask again.
    """

    verdict: Literal["new", "queued", "existing", "replace"]
    entry: Entry

    @property
    def writes(self) -> tuple[Entry, ...]:
        """What a `Ledger.update` has to write for it."""
        return (self.entry,) if self.verdict in ("new", "queued") else ()


def launch(entries: Mapping[str, Entry], wanted: Entry, concurrency: Concurrency, now: float) -> Claim:
    """What becomes of the launch `wanted`, which holds its own lease.

    Asked again with the same `wanted` once it is written, the answer is the same. Raises InputError
    when another run of the job goes on and `concurrency` is `refuse`, and when a live run of another
    job locks one of the targets.
    """
    known = _same(entries, wanted, now)
    if known is not None:
        return known
    going = oldest_first(one for one in entries.values() if one.job == wanted.job and one.live(now))
    if going and concurrency == "refuse":
        raise _job_running(going[-1])
    _require_unlocked(entries, wanted, now)
    if not going:
        return Claim(verdict="new", entry=replace(wanted, state="launching", after=""))
    # The last first, so that what waits in the queue does not begin when the run before it is cancelled.
    last = going[-1]
    if concurrency == "replace":
        return Claim(verdict="replace", entry=last)
    # It may have to wait until the other is given up, and has its own time after that.
    expires = wanted.expires + max(0.0, last.expires - now)
    waiting = replace(wanted, state="queued", after=last.run, lease=0.0, lease_by="", expires=expires)
    return Claim(verdict="queued", entry=waiting)


def reopen(entries: Mapping[str, Entry], entry: Entry, token: str, now: float, seconds: float) -> Entry:
    """The entry of a run that is to be tried again, and may be started by the process `token` alone.

    Raises InputError where another run of its job goes on, or one that would replace the same files.
    """
    others = {run: other for run, other in entries.items() if run != entry.run}
    going = oldest_first(one for one in others.values() if one.job == entry.job and one.live(now))
    if going:
        raise _job_running(going[-1])
    _require_unlocked(others, entry, now)
    return replace(
        entry,
        state="launching",
        retries=entry.retries + 1,
        outcome="",
        lease=now + seconds,
        lease_by=token,
        expires=max(entry.expires, now + entry.expires - entry.created),
    )


def take_lease(entry: Entry, token: str, now: float, seconds: float) -> Entry | None:
    """The entry with the right to start it until `seconds` from `now` given to the process `token`.

    None when the run is finished, or when another process has that right. A queued run becomes one
    that is launching; one that runs keeps its state, as only what drives it is started again. One that
    was given up has its time afresh.
    """
    if entry.state == "finished" or (entry.lease > now and entry.lease_by != token):
        return None
    state = "launching" if entry.state == "queued" else entry.state
    expires = entry.expires if entry.live(now) else now + entry.expires - entry.created
    return replace(entry, state=state, lease=now + seconds, lease_by=token, expires=expires)


def started(entry: Entry, driver: str) -> Entry:
    """The entry, driven by `driver`; nobody else has to start it. What is finished stays so."""
    if entry.state == "finished":
        return entry
    return replace(entry, state="running", driver=driver, lease=0.0, lease_by="")


def finished(
    entry: Entry,
    outcome: Outcome,
    ended: float,
    *,
    verdict: str = "",
    cost_usd: float | None = None,
    pull_request: str = "",
) -> Entry:
    """The entry of a run that is over. Told again, it keeps what is not said anew, and when it ended."""
    again = entry.state == "finished" and entry.outcome == outcome
    return replace(
        entry,
        state="finished",
        outcome=outcome,
        ended=entry.ended if again else ended,
        verdict=verdict or entry.verdict,
        cost_usd=entry.cost_usd if cost_usd is None else cost_usd,
        pull_request=pull_request or entry.pull_request,
        lease=0.0,
        lease_by="",
    )


def next_queued(entries: Mapping[str, Entry], now: float) -> list[Entry]:
    """The queued runs whose time has come: oldest first, one per job, none beside a run that goes on."""
    live = oldest_first(entry for entry in entries.values() if entry.live(now))
    busy = {entry.job for entry in live if entry.state != "queued"}
    ready = []
    for entry in live:
        before = entries.get(entry.after)
        waits = before is not None and before.live(now)
        if entry.state == "queued" and not waits and entry.job not in busy:
            busy.add(entry.job)
            ready.append(entry)
    return ready


def _same(entries: Mapping[str, Entry], wanted: Entry, now: float) -> Claim | None:
    """The claim of a launch that is in the ledger already, by this process or by another."""
    own = entries.get(wanted.run)
    if own is not None and own.state == "queued":
        return Claim(verdict="queued", entry=own)
    if own is not None and own.lease_by == wanted.lease_by and own.state == "launching":
        return Claim(verdict="new", entry=own)
    same = oldest_first(one for one in entries.values() if one.key == wanted.key or one is own)
    if not same:
        return None
    return Claim(verdict="existing", entry=next((one for one in same if one.live(now)), same[-1]))


def _require_unlocked(entries: Mapping[str, Entry], wanted: Entry, now: float) -> None:
    """Raises InputError when a live run of another job holds one of the targets."""
    for other in oldest_first(entries.values()):
        held = sorted(set(other.targets) & set(wanted.targets))
        if held and other.job != wanted.job and other.live(now):
            until = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(other.expires))
            raise InputError(
                "weights-locked",
                f"the run {other.run} of {other.job}, launched by {printable(other.by)}, "
                f"would replace the same file; it holds it until {until} at the latest",
                place=printable(held[0]),
                fix=f"Wait for it, or end it: runner cancel {other.run}.",
            )


def _job_running(other: Entry) -> InputError:
    waiting = "waits for its turn" if other.state == "queued" else "still goes on"
    return InputError(
        "job-running",
        f"the run {other.run} of {other.job}, launched by {printable(other.by)}, {waiting}",
        place=printable(other.manifest_path),
        fix=f"Wait for it, end it (runner cancel {other.run}), or set spec.concurrency to queue or replace.",
    )
