"""Whether GitHub is in place, where pull requests are made there."""

from __future__ import annotations

from functools import partial

from runner.errors import InputError
from runner.forge import in_workflow
from runner.pipeline.checks import Check, look
from runner.pipeline.workspace import Workspace
from runner.settings import Approval


def github(workspace: Workspace) -> list[Check]:
    """All that concerns GitHub, up to what everything after it needs.

    Nothing where the forge is another one; where it is `auto`, outside of workflows, only what this
    machine has a token for.
    """
    from runner.forge.github.client import connect

    forge, automatic = workspace.settings.forge, workspace.settings.forge == "auto"
    if forge != "github" and not automatic:
        return []
    try:
        hub = connect(workspace.repository)
    except InputError as error:
        needed = not automatic or in_workflow()
        return [Check("github", False, str(error), error.fix)] if needed else _wake(workspace)
    from runner.forge.github import checkup

    checks = []
    for name, question in (
        ("github token", checkup.token),
        ("github contents", checkup.contents),
        ("github pull requests", checkup.pull_requests),
    ):
        checks.append(look(name, partial(question, hub)))
        if not checks[-1].ok:
            return checks
    if workspace.settings.policy.approval != Approval():
        checks.append(look("github approvals", partial(checkup.approvals, hub)))
    if in_workflow():
        checks.append(look("github app", partial(checkup.app, hub)))
    return [*checks, *_wake(workspace)]


def _wake(workspace: Workspace) -> list[Check]:
    """Whom a finished run tells, where the settings want it to. Its secret is looked for at the provider."""
    from runner.forge.github.client import wake_address

    if not workspace.settings.github.wake:
        return []
    return [look("github wake", lambda: f"a finished run tells {wake_address(workspace.repository)}")]
