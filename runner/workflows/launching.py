"""`runner github launch`: the jobs that a push changes, or the one that a person or a program asks for.

What needs a person's approval is not launched, but handed on to a job of the workflow that waits in a
protected environment and then calls this again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from runner.errors import EXIT_OK, InputError, ProviderError, RunnerError
from runner.forge import open_forge
from runner.pipeline.changes import changes_of_push
from runner.pipeline.launching import provider_of, require_remote
from runner.pipeline.launching_many import launch_all
from runner.pipeline.loading import find_manifest
from runner.pipeline.running import Options
from runner.pipeline.wanted import is_service
from runner.pipeline.workspace import Workspace
from runner.workflows.annotating import annotate
from runner.workflows.approving import WAITING, approved_manifests
from runner.workflows.event import Event
from runner.workflows.inputs import read_inputs, require_known
from runner.workflows.launch_page import Outcome, Site, headline, launch_page
from runner.workflows.output import append_summary, note, notice, set_output, warning
from runner.workflows.plans import plan_section
from runner.workflows.trusting import default_branch, open_trusted, require_default, web_address

_BRANCHES: Final = "refs/heads/"


def launch_event(folder: Path, event: Event, approved: bool = False) -> int:
    """Launches what the event asks for; the exit code.

    `approved` launches also what a person agreed to. Writes the step's summary, an annotation for each
    failure, and the output `waiting`: the manifests that need an approval, as JSON. Raises InputError
    where the event asks for nothing that can be launched or no person was asked, ProviderError where it
    cannot be found out what.
    """
    agreed = approved_manifests(folder) if approved else frozenset()
    if event.name == "push" and not event.inputs.get("job"):
        return _launch_pushed(folder, event, agreed)
    if event.name == "repository_dispatch":
        require_known(event.inputs)
    asked = read_inputs(event.inputs)
    workspace = open_trusted(folder, event)
    root = workspace.repository.root.resolve()
    manifest = find_manifest(root, asked.job).resolve().relative_to(root).as_posix()
    options = Options(
        overrides=asked.overrides,
        only=asked.only,
        backend=asked.backend or provider_of(workspace.settings),
        deploy=asked.deploy,
        request=f"dispatch {event.run_id}",
        thread=f"commit/{workspace.repository.head()}",
    )
    if asked.dry_run:
        return _show_plan(workspace, manifest, options)
    if is_service(root, str(root / manifest)):
        require_default(event)
    return _launch(workspace, [manifest], options, event, agreed)


def _launch_pushed(folder: Path, event: Event, agreed: Collection[str]) -> int:
    branch = event.ref.removeprefix(_BRANCHES)
    if event.at("deleted") is True or branch == event.ref:
        return _nothing("the push leaves no branch behind, so that nothing is launched")
    workspace = open_trusted(folder, event)
    changes = changes_of_push(workspace, event.text("before"), branch, default_branch(event) or branch)
    root = workspace.repository.root
    services = [path for path in changes.manifests if is_service(root, str(root / path))]
    notes = [*changes.notes, *(f"{path} is a service: deploy sees to it" for path in services)]
    for text in notes:
        notice(text)
    manifests = [path for path in changes.manifests if path not in services]
    if not manifests:
        none = "no manifest under jobs/ is new or different"
        what = "only services changed, and deploy sees to these" if services else none
        return _nothing(f"{what}, so that nothing is launched")
    options = Options(backend=provider_of(workspace.settings), thread=_thread(workspace))
    return _launch(workspace, manifests, options, event, agreed, notes)


def _launch(
    workspace: Workspace,
    manifests: Sequence[str],
    options: Options,
    event: Event,
    agreed: Collection[str],
    notes: Sequence[str] = (),
) -> int:
    root = workspace.repository.root
    paths = {manifest: str(root / manifest) for manifest in manifests}
    approved = {path for manifest, path in paths.items() if manifest in agreed}
    made = launch_all(workspace, list(paths.values()), options, note, approved)
    outcomes = [Outcome(manifest, one) for manifest, one in zip(manifests, made, strict=True)]
    failures = [
        (one.manifest, one.made) for one in outcomes if isinstance(one.made, RunnerError) and not one.waits
    ]
    for manifest, error in failures:
        annotate(root, manifest, error)
    notice(headline(outcomes), title="Launch")
    site = Site(web_address(event), workspace.repository.head(), options.backend)
    append_summary(launch_page(outcomes, site, notes))
    set_output(WAITING, json.dumps([one.manifest for one in outcomes if one.waits]))
    return failures[0][1].exit_code if failures else EXIT_OK


def _show_plan(workspace: Workspace, manifest: str, options: Options) -> int:
    """A dry run: the plan, and nothing is started."""
    require_remote(options.backend)
    try:
        section = plan_section(workspace, str(workspace.repository.root / manifest), options)
    except InputError as error:
        annotate(workspace.repository.root, manifest, error)
        return error.exit_code
    append_summary(f"### Plan: nothing was launched\n\n{section}")
    set_output(WAITING, "[]")
    return EXIT_OK


def _thread(workspace: Workspace) -> str:
    """Where people talk about what was pushed; at the commit itself where that cannot be found out."""
    commit = workspace.repository.head()
    try:
        return open_forge(workspace.repository, workspace.settings).thread(commit)
    except ProviderError as error:
        warning(f"the ends of these runs are told at the commit: {error}")
        return f"commit/{commit}"


def _nothing(why: str) -> int:
    notice(why, title="Launch")
    append_summary(f"### Launch: nothing launched\n\n{why[0].upper()}{why[1:]}.")
    set_output(WAITING, "[]")
    return EXIT_OK
