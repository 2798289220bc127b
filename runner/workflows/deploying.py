"""`runner github deploy`: makes the services that stand equal to those that the default branch describes.

It looks at all of them, whatever the event: a run that was dropped for a newer one loses nothing. What has
no manifest any more is taken down only where somebody confirmed it (see `confirming`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from runner.errors import EXIT_OK, EXIT_PROVIDER, ProviderError
from runner.forge.github.client import GitHub, connect
from runner.forge.github.comments import living_comment
from runner.pipeline.deploying import OLDER
from runner.pipeline.launching import provider_of
from runner.pipeline.reconciling import Outcome, reconcile
from runner.pipeline.running import Options
from runner.pipeline.workspace import open_workspace
from runner.repository.access import fetch_commit
from runner.workflows.approving import WAITING, approved_manifests
from runner.workflows.confirming import Confirmations
from runner.workflows.deploy_page import deploy_page, failed, headline, waits
from runner.workflows.event import Event
from runner.workflows.launch_page import Site
from runner.workflows.output import append_summary, error_annotation, note, notice, set_output, warning
from runner.workflows.removal_page import removed_text, topic_of, unmanaged_text
from runner.workflows.trusting import require_default, web_address


def deploy_event(folder: Path, event: Event, approved: bool = False) -> int:
    """Deploys what is missing or differs, removes what was confirmed; the exit code.

    `approved` deploys also what a person agreed to. Writes the step's summary, an annotation for each
    trouble, a comment for each service without a manifest, and the output `waiting`: the manifests that
    need an approval, as JSON. Raises InputError where this is not the default branch, the settings are
    wrong or no person was asked, ProviderError where the provider cannot be asked.
    """
    require_default(event)
    agreed = approved_manifests(folder) if approved else frozenset()
    workspace = open_workspace(folder)
    hub, head = connect(workspace.repository), workspace.repository.head()
    tip = fetch_commit(workspace.repository, event.ref or head)
    confirmations = Confirmations(hub, workspace.repository, tip)
    options = Options(backend=provider_of(workspace.settings))
    outcomes = reconcile(workspace, options, note, confirmations.confirmed, agreed)
    if head != tip:
        outcomes = [_left(one) for one in outcomes if not _later(one, confirmations)]
    notice(headline(outcomes), title="Deploy")
    site = Site(web_address(event), head, options.backend)
    append_summary(deploy_page(outcomes, site))
    set_output(WAITING, json.dumps([outcome.manifest for outcome in outcomes if waits(outcome)]))
    _tell(hub, confirmations, outcomes)
    return _annotated(outcomes)


def _left(outcome: Outcome) -> Outcome:
    """What an older commit than the branch's newest says of a service that is ahead of it."""
    return replace(outcome, action="in-sync") if outcome.error == OLDER else outcome


def _later(outcome: Outcome, confirmations: Confirmations) -> bool:
    """Whether a service has no manifest here because that came later."""
    return outcome.action == "unmanaged" and confirmations.wanted(outcome.job)


def _tell(hub: GitHub, confirmations: Confirmations, outcomes: Sequence[Outcome]) -> None:
    """Says in the pull requests that took manifests away what became of the services."""
    for outcome in outcomes:
        if outcome.action not in ("unmanaged", "removed"):
            continue
        job = outcome.job
        try:
            removal = confirmations.removal(job)
            gone = outcome.action == "removed"
            text = removed_text(job, removal.login) if gone else unmanaged_text(job, outcome.url)
            if removal.number:
                living_comment(hub, removal.number, topic_of(job), text)
        except ProviderError as error:
            warning(f"what became of {job} is not told in its pull request: {error}", title="Deploy")


def _annotated(outcomes: Sequence[Outcome]) -> int:
    """Marks what a person should see to; the exit code."""
    for outcome in outcomes:
        if outcome.action == "unmanaged":
            warning(
                f"{outcome.job} stands without a manifest, and may cost money: comment /remove {outcome.job} "
                "on a pull request to take it down",
                title="Unmanaged",
            )
        elif failed(outcome):
            text = f"{outcome.job}: {outcome.why}" + (f"\nfix: {outcome.fix}" if outcome.fix else "")
            error_annotation(text, title=f"error[{outcome.error}]", file=outcome.manifest, line=1)
    return EXIT_PROVIDER if any(map(failed, outcomes)) else EXIT_OK
