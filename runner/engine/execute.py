"""Works on a run until it is finished, from wherever it stands."""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Final

from runner.engine.backend import Backend
from runner.engine.interrupts import Interrupts, listening
from runner.engine.journal import Journal
from runner.engine.layout import RunLayout
from runner.engine.loop import Loop, Watch
from runner.engine.run_lock import hold
from runner.engine.search.feed import Feed, OpenSource
from runner.engine.search.library import open_source
from runner.engine.state import State, replay
from runner.errors import ProviderError
from runner.plan.model import Plan

_DISK_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def execute(
    plan: Plan,
    layout: RunLayout,
    backend: Backend,
    watch: Watch,
    *,
    retry: bool = False,
    open_journal: Callable[[Path], Journal] = Journal,
    heed_signals: bool = True,
    open_source: OpenSource = open_source,
) -> State:
    """Works on a run until it is finished, from wherever it stands, and returns what became of it.

    With `retry`, a person asked for it to go on: see `RetryRequested`. A run that is finished
    stays as it is otherwise. With `heed_signals`, ^C and its like end the run in good order; without,
    they end this process, and the run goes on when it is next worked on. Raises InputError when
    another process drives the run, or a library is missing that a search needs, ProviderError when the
    disk or the backend does not do its part, and KeyboardInterrupt after a second ^C; the run can be
    resumed after each of them.
    """
    with hold(layout.lock):
        if retry:
            # A request from before; one that comes from now on is meant for this drive.
            layout.cancel.unlink(missing_ok=True)
        journal = open_journal(layout.journal)
        try:
            state = _replayed(plan, journal)
            if not _is_over(state, retry):
                signals = listening() if heed_signals else nullcontext(Interrupts())
                with backend.open(plan, layout) as session, signals as interrupts:
                    feed = Feed(plan, layout.run, state, session, open_source)
                    loop = Loop(layout, journal, state, session, feed, watch, interrupts)
                    finish = loop.run(retry)
                loop.finish(finish)
            return state
        except OSError as error:
            if error.errno in _DISK_FULL:
                raise _disk_full(layout) from None
            raise
        finally:
            journal.close()


def request_cancel(layout: RunLayout) -> None:
    """Asks the process that drives a run, whichever it is, to stop it. It looks a few times a second."""
    layout.cancel.touch()


def _replayed(plan: Plan, journal: Journal) -> State:
    try:
        return replay(plan, journal.read())
    except ValueError as error:
        raise ProviderError(
            "journal-foreign",
            f"the journal does not belong to this plan: {error}",
            place=str(journal.path),
            fix="the run's folder was changed by hand; start the job again",
        ) from None


def _is_over(state: State, retry: bool) -> bool:
    """Whether there is nothing to do, not even on request."""
    if state.finished is None:
        return False
    return not retry or state.well


def _disk_full(layout: RunLayout) -> ProviderError:
    return ProviderError(
        "disk-full",
        "the disk is full, so the run stopped where it was",
        place=str(layout.directory),
        fix=f"free some space, then go on with: runner retry {layout.run}",
    )
