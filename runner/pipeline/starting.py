"""Having a prepared run driven at its provider: by exactly one process, however many try."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Final

from msgspec.structs import replace

from runner.engine.layout import RunLayout
from runner.engine.remote import Remote
from runner.errors import ProviderError
from runner.ledger import Entry, Ledger
from runner.ledger.claims import finished, started, take_lease

LEASE_SECONDS: Final = 90.0
"""How long a process that starts a run keeps others from doing so, should it die over it."""

LEAST_SECONDS: Final = 20.0
"""A lease that ends sooner than this is renewed before anything is started under it."""

LOOK_SECONDS: Final = 2.0


def start(
    ledger: Ledger,
    remote: Remote,
    layout: RunLayout,
    entry: Entry,
    note: Callable[[str], None],
    token: str = "",
) -> Entry:
    """Has a prepared run driven, unless it is already. Returns its entry, `running`.

    What `entry` names as its driver is known to be gone. `token` is that of a lease which the caller
    has taken with the entry. Where another process is starting the run, waits for that one, or for
    its lease to run out. The entry is `finished` where the run was ended meanwhile; then nothing of
    it is left standing.
    """
    token = token or os.urandom(8).hex()
    gone = entry.driver
    entry = _leased(ledger, entry, token, note)
    if entry.lease_by != token:
        return entry
    with letting_go(ledger, entry.run, token):
        driver = remote.driver(entry.run)
        if driver in ("", gone) or not remote.drives(driver):
            driver = remote.start(layout, entry.retries, driver)
    entry = change_entry(ledger, entry.run, lambda known: started(known, driver), f"start {entry.run}")
    if entry.state == "finished":
        remote.release(entry.run)
    return entry


@contextmanager
def letting_go(ledger: Ledger, run: str, token: str) -> Iterator[None]:
    """Gives the lease back when what is done under it fails, so that whoever repeats it need not wait."""

    def change(known: Entry) -> Entry | None:
        return replace(known, lease=0.0, lease_by="") if known.lease_by == token else None

    try:
        yield
    except BaseException:
        with suppress(ProviderError):
            change_entry(ledger, run, change, f"let go of {run}")
        raise


def withdraw(ledger: Ledger, remote: Remote, entry: Entry) -> None:
    """Ends a run that the provider would not take as it is: the corrected manifest is another run.

    Its key goes, too, so that the same launch can be tried again.
    """
    with suppress(ProviderError):
        remote.release(entry.run)

    def change(known: Entry) -> Entry:
        return replace(finished(known, outcome="cancelled", ended=time.time()), key=f"withdrawn-{known.run}")

    change_entry(ledger, entry.run, change, f"withdraw {entry.run} of {entry.job}: it cannot run as it is")


def change_entry(ledger: Ledger, run: str, change: Callable[[Entry], Entry | None], message: str) -> Entry:
    """Changes what the ledger knows of a run, and returns it; None changes nothing."""

    def write(entries: Mapping[str, Entry]) -> Iterable[Entry]:
        changed = change(entries[run])
        return [] if changed is None or changed == entries[run] else [changed]

    return ledger.update(write, message)[run]


def _leased(ledger: Ledger, entry: Entry, token: str, note: Callable[[str], None]) -> Entry:
    """The entry once this process alone may start the run, or another has, or it is over."""
    if entry.lease_by == token and entry.lease > time.time() + LEAST_SECONDS:
        return entry
    gone = entry.driver

    def change(known: Entry) -> Entry | None:
        return None if _started(known, gone) else take_lease(known, token, time.time(), LEASE_SECONDS)

    told = False
    while True:
        entry = change_entry(ledger, entry.run, change, f"prepare to start {entry.run}")
        if entry.lease_by == token or _started(entry, gone) or entry.state == "finished":
            return entry
        if not told:
            note(f"another process is starting the run {entry.run}; waiting for it")
            told = True
        time.sleep(LOOK_SECONDS)


def _started(entry: Entry, gone: str) -> bool:
    """Whether somebody has it driven by another driver than the one that is gone."""
    return entry.state == "running" and entry.driver != gone
