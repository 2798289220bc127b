"""How a launched run stands, as its journal at the provider says."""

from __future__ import annotations

from runner.engine.journal import read_events
from runner.engine.layout import RunLayout
from runner.engine.record import MANIFEST, PLAN, RECORD, read_plan, read_record
from runner.engine.remote import Remote
from runner.engine.state import State, replay
from runner.errors import ProviderError, RunnerError


def fetch_state(remote: Remote, layout: RunLayout) -> State:
    """Brings what the provider knows of a run, and reads it. A copy that was damaged here is replaced.

    Raises ProviderError when it is damaged at the provider, too, or the provider does not know the run.
    """
    remote.fetch(layout)
    try:
        return read_state(layout)
    except RunnerError:
        for name in (RECORD, PLAN, MANIFEST, layout.journal.name):
            (layout.directory / name).unlink(missing_ok=True)
        remote.fetch(layout)
        return read_state(layout)


def read_state(layout: RunLayout) -> State:
    """What the copy that is here says. Raises InputError or ProviderError when it cannot be read."""
    run = read_record(layout).run
    try:
        return replay(read_plan(layout), read_events(layout.journal))
    except ValueError as error:
        raise ProviderError(
            "journal-foreign",
            f"the journal of the run {run} does not belong to its plan: {error}",
            place=str(layout.journal),
            fix="the run's files were changed by hand; launch the job again with --again",
        ) from None


def is_over(state: State, retries: int) -> bool:
    """Whether the run has ended after all the retries that were asked for.

    Until what drives it has taken up the latest, the journal still tells of the end before.
    """
    if state.finished is None:
        return False
    return state.retries >= retries or state.well
