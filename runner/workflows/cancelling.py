"""`runner github cancel`: ends the run that a person names."""

from __future__ import annotations

from pathlib import Path

from runner.errors import EXIT_OK, InputError
from runner.pipeline.cancelling import cancel
from runner.results.markdown import code
from runner.workflows.event import Event
from runner.workflows.output import append_summary, note, notice
from runner.workflows.trusting import open_trusted


def cancel_event(folder: Path, event: Event) -> int:
    """Ends the run of the input `run`: an id, its unique beginning, or `latest`; the exit code.

    Returns when nothing of it works any more. Raises InputError where there is no such run or it has
    ended, ProviderError where it does not end in time.
    """
    name = event.inputs.get("run", "").strip()
    if not name:
        raise InputError("bad-input", "it is missing", place="input run", fix="name a run, or write latest")
    ended = cancel(open_trusted(folder, event), name, note)
    notice(f"the run {ended.run} was cancelled", title="Cancel")
    append_summary(f"### Cancelled {code(ended.run)}\n\nGo on with it by {code(ended.next)}.")
    return EXIT_OK
