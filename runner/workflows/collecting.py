"""`runner github collect`: everything that has ended comes home, and what is due is launched.

It does not matter which event started it, nor how often: all runs are looked at, each time.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from runner.errors import EXIT_OK, EXIT_PROVIDER
from runner.pipeline.bringing_home import Collected
from runner.pipeline.collecting import collect
from runner.pipeline.launching import provider_of
from runner.pipeline.scheduling import Due, launch_due
from runner.workflows.approving import WAITING, approved_manifests
from runner.workflows.collect_page import collect_page, headline
from runner.workflows.event import Event
from runner.workflows.launch_page import Site
from runner.workflows.output import append_summary, error_annotation, note, notice, set_output, warning
from runner.workflows.trusting import open_trusted, web_address


def collect_event(folder: Path, event: Event, approved: bool = False) -> int:
    """Collects, and launches the schedules that are due; the exit code.

    `approved` launches also what a person agreed to. Writes the step's summary, an annotation for each
    trouble, and the output `waiting`: the manifests that need an approval, as JSON. Raises InputError
    where the settings are wrong or no person was asked, ProviderError where the ledger cannot be read.
    """
    agreed = approved_manifests(folder) if approved else frozenset()
    workspace = open_trusted(folder, event)
    found = collect(workspace, [], note, raises=False)
    due = launch_due(workspace, datetime.now(UTC), note, approved=agreed)
    site = Site(web_address(event), workspace.repository.head(), provider_of(workspace.settings))
    notice(headline(found, due), title="Collect")
    append_summary(collect_page(found, due, site))
    set_output(WAITING, json.dumps([one.manifest for one in due if one.waiting]))
    return _annotated(found, due)


def _annotated(found: list[Collected], due: list[Due]) -> int:
    """Marks what a person should see to; the exit code."""
    failed = EXIT_OK
    for run in found:
        if run.error:
            failed = EXIT_PROVIDER
            error_annotation(f"the run {run.run} of {run.job}: {run.note}", title=f"error[{run.error}]")
    for one in due:
        if one.error:
            failed = EXIT_PROVIDER
            error_annotation(one.note, title=f"error[{one.error}]", file=one.manifest, line=1)
        elif one.launched is None and not one.waiting:
            warning(f"{one.manifest}, due {one.time or 'at some time'}: {one.note}", title="Not launched")
    return failed
