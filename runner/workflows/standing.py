"""`runner github standing`: where the services stand whose manifests a pull request takes away.

It asks the provider, so it has keys, and gets names alone of what the check of the pull request found.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from runner.errors import EXIT_OK, InputError
from runner.forge.github.client import connect
from runner.forge.github.comments import living_comment
from runner.manifest.values import is_name
from runner.pipeline.workspace import open_workspace
from runner.workflows.commenting import checked_head, pulls_of
from runner.workflows.event import Event
from runner.workflows.output import notice
from runner.workflows.removal_page import proposed_text, topic_of
from runner.workflows.removing import addresses
from runner.workflows.trusting import default_branch

VARIABLE: Final = "RUNNER_REMOVED"
"""Where the workflow puts the output `removed` of the job that came before."""
MOST: Final = 20


def standing(folder: Path, event: Event, environ: Mapping[str, str] = os.environ) -> int:
    """Comments on each service that stands, in pull requests into the default branch; the exit code.

    Nothing is written of one that does not stand. Raises InputError where the event is no run of a check or
    the names are none, ProviderError where the provider or GitHub refuses.
    """
    head, jobs = checked_head(event), read_names(environ.get(VARIABLE, ""))
    workspace = open_workspace(folder)
    known = addresses(workspace)
    hub = connect(workspace.repository)
    pulls = [pull for pull in pulls_of(hub, event, head) if pull.base.ref == default_branch(event)]
    told = [job for job in jobs if job in known]
    for pull in pulls:
        for job in told:
            living_comment(hub, pull.number, topic_of(job), proposed_text(job, known[job]))
    notice(f"{len(told)} of {len(jobs)} services stand", title="Standing")
    return EXIT_OK


def read_names(text: str) -> list[str]:
    """The services of a list in JSON, at most MOST. Raises InputError where it is none."""
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        listed = None
    if not isinstance(listed, list):
        raise InputError(
            "bad-input",
            "this is no list of services",
            place=VARIABLE,
            fix="call it as .github/workflows/comment.yml of the runner does",
        )
    return [job for job in listed[:MOST] if isinstance(job, str) and is_name(job)]
