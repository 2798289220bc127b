"""One manifest of a pull request: what is wrong with it, what it would run, what that changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from runner.errors import InputError
from runner.kinds import KINDS
from runner.lint import check as lint
from runner.manifest.document import Document, display_name, parse, read
from runner.manifest.finding import Finding, ManifestError
from runner.manifest.load import Loaded, load_document
from runner.pipeline.changes import manifests_in
from runner.pipeline.inclusions import files_of
from runner.pipeline.planning import PricedPlan, make_plan
from runner.pipeline.workspace import Workspace
from runner.plan.compare import PricedSide, compare
from runner.plan.model import PinnedSource
from runner.workflows.changed_files import ChangedManifest

_TYPES: Final = {name: kind.job_type for name, kind in KINDS.items()}


class Examined(Struct, frozen=True):
    """A manifest as it will be (`after`), what the plan of the base (`before`) had otherwise, findings.

    `leaves` is the service that it asked for in the base, where no manifest does any more.
    """

    entry: ChangedManifest
    job: str = ""
    before: PricedPlan | None = None
    after: PricedPlan | None = None
    changes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    leaves: str = ""


def examine(
    workspace: Workspace, entry: ChangedManifest, base: str, own: PinnedSource, names: Mapping[str, str]
) -> Examined:
    """Checks, plans and compares; nothing that a manifest holds raises.

    `base` is the commit that it is compared with, `own` the code of this repository. Other repositories
    are not asked for theirs. `names` are other jobs, with their files.
    """
    before = _base_plan(workspace, entry, base, own)
    if entry.change == "removed":
        return Examined(entry, before.plan.job if before else "", before)
    job, plan, findings = _head_plan(workspace, entry, own, names)
    if plan is None or entry.change == "added":
        return Examined(entry, job, before, plan, (), tuple(findings))
    changes = ["the base's manifest cannot be planned, so that nothing is compared"]
    if before is not None:
        changes = compare(*(PricedSide(side.plan, side.bound) for side in (before, plan)))
    return Examined(entry, job, before, plan, tuple(changes), tuple(findings))


def other_names(workspace: Workspace, commit: str, changed: Iterable[ChangedManifest]) -> dict[str, str]:
    """The jobs of the manifests in a commit that are not among the changed ones, each with its file."""
    root, names = workspace.repository.root, dict[str, str]()
    for path in sorted(set(manifests_in(workspace.repository, commit)) - {entry.path for entry in changed}):
        try:
            name = read(root / path, root).value["metadata"]["name"]
        except (InputError, LookupError, TypeError):
            continue
        names.setdefault(str(name), display_name(path, None))
    return names


def _head_plan(
    workspace: Workspace, entry: ChangedManifest, own: PinnedSource, names: Mapping[str, str]
) -> tuple[str, PricedPlan | None, list[Finding]]:
    """The job's name, its plan where it has one, and everything that is wrong with it."""
    root = workspace.repository.root
    path = display_name(entry.path, None)
    job, findings = "", list[Finding]()
    try:
        if not entry.plain:
            message = "a manifest must be a plain file, no link, and have a name that can be printed"
            raise InputError("unfit-file", message, place=path, fix="commit it as a file, or rename it")
        loaded = load_document(read(root / entry.path, root), _TYPES, files=root)
        job = loaded.job.metadata.name
        findings = lint(loaded, workspace.settings, root, names)
        if any(finding.severity == "error" for finding in findings):
            return job, None, findings
        return job, _plan(workspace, loaded, own), findings
    except ManifestError as error:
        return job, None, [*findings, *error.findings]
    except InputError as error:
        return job, None, [*findings, Finding(path, 0, 0, error.code, "error", error.message, error.fix)]


def _base_plan(
    workspace: Workspace, entry: ChangedManifest, base: str, own: PinnedSource
) -> PricedPlan | None:
    """What the base's manifest runs; None where there is none, or nothing can be made of it."""
    if entry.content is None:
        return None
    try:
        loaded = load_document(_document(entry), _TYPES, files=files_of(workspace.repository, base))
        if any(finding.severity == "error" for finding in lint(loaded, workspace.settings)):
            return None
        return _plan(workspace, loaded, own)
    except InputError:
        return None


def _document(entry: ChangedManifest) -> Document:
    return parse(entry.content or b"", display_name(entry.before or entry.path, None))


def _plan(workspace: Workspace, loaded: Loaded, own: PinnedSource) -> PricedPlan:
    source = loaded.job.spec.source
    where = own if source is None else PinnedSource(source.ref, "", source.repository)
    return make_plan(workspace, loaded, source=where)
