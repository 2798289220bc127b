"""`runner github check`: what a pull request would run, and what is wrong with it.

It runs the pull request's own tree, perhaps a stranger's, with no token and no secret, so it needs
nothing of the network but the base's commit. Settings and policy are those of the base.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import click
from msgspec.structs import replace

from runner.errors import EXIT_INPUT, EXIT_OK, InputError
from runner.lint.formats.github import of_finding
from runner.manifest.document import display_name
from runner.manifest.finding import Finding
from runner.pipeline.wanted import service_in
from runner.pipeline.workspace import Workspace, open_workspace
from runner.plan.model import PinnedSource
from runner.repository.access import fetch_commit
from runner.repository.git import Repository
from runner.settings import Settings
from runner.workflows.changed_files import changed_files
from runner.workflows.check_document import by_severity, faults, manifest_check
from runner.workflows.check_file import Check, write_check
from runner.workflows.event import Event
from runner.workflows.examining import Examined, examine, other_names
from runner.workflows.output import append_summary, notice
from runner.workflows.plan_page import headline, plan_page
from runner.workflows.service_manifests import services_in

MOST_ANNOTATIONS: Final = 50
"""GitHub shows no more of one run."""
_LONGEST_SUMMARY: Final = 500_000


def check(folder: Path, event: Event, output: Path | None = None) -> int:
    """Checks and plans every manifest that the pull request changes; the exit code.

    Writes annotations, the step's summary and, in the folder `output`, the file for `comment`. Raises
    InputError where the event is no pull request, or the base's own settings are wrong, and
    ProviderError where the base cannot be fetched.
    """
    number, head = event.number("pull_request", "number"), event.text("pull_request", "head", "sha")
    if event.name != "pull_request" or not number or not head:
        message = f"a check belongs to a pull request, and this is {event.name}"
        raise InputError("no-pull-request", message, fix="call it on `pull_request`, which has no secrets")
    repository = Repository.find(folder)
    base = fetch_commit(repository, base_of(repository, event))
    workspace = open_workspace(folder, settings_at=base)
    examined = _examined(workspace, base)
    settings, wrong = _settings(folder, workspace.settings)
    found = Check(
        pull_request=number,
        head=head,
        base=base,
        dated=workspace.prices.dated,
        manifests=tuple(map(manifest_check, examined)),
        settings=settings,
        settings_faults=faults(wrong, settings),
    )
    _annotate([*wrong, *(finding for each in examined for finding in each.findings)])
    notice(headline(found), title="Plan")
    append_summary(plan_page(found, _LONGEST_SUMMARY))
    if output is not None:
        write_check(output, found)
    return EXIT_INPUT if found.failed else EXIT_OK


def base_of(repository: Repository, event: Event) -> str:
    """The commit that the pull request is merged into.

    What is checked out is GitHub's merge of it into the newest base, which is the merge's first parent.
    The event names an older one where the base has moved since.
    """
    lines = repository.text("cat-file", "commit", "HEAD").partition("\n\n")[0].splitlines()
    parents = [line.removeprefix("parent ") for line in lines if line.startswith("parent ")]
    if len(parents) == 2 and parents[1] == event.text("pull_request", "head", "sha"):
        return parents[0]
    return event.text("pull_request", "base", "sha")


def _examined(workspace: Workspace, base: str) -> list[Examined]:
    repository = workspace.repository
    head = repository.head()
    own = PinnedSource(head, repository.text("rev-parse", "--verify", f"{head}^{{tree}}"))
    changed = changed_files(repository, base, head)
    names = other_names(workspace, head, changed) if changed else {}
    examined = list[Examined]()
    for entry in changed:
        each = examine(workspace, entry, base, own, names)
        if each.job and entry.change != "removed":
            names.setdefault(each.job, display_name(entry.path, None))
        examined.append(each)
    wanted = services_in(repository, head) if changed else {}
    was = [service_in(each.entry.content or b"") for each in examined]
    return [
        replace(each, leaves=job) if job and job not in wanted else each
        for each, job in zip(examined, was, strict=True)
    ]


def _settings(folder: Path, base: Settings) -> tuple[str, list[Finding]]:
    """The file with the settings where the pull request changes them, and what is wrong with them."""
    try:
        settings = open_workspace(folder).settings
    except InputError as error:
        file, _, line = error.place.partition(":")
        number = int(line) if line.isdecimal() else 0
        return file, [Finding(file, number, 0, error.code, "error", error.message, error.fix)]
    same = replace(settings, file=base.file, commit=base.commit, lines=base.lines) == base
    return ("" if same else settings.file), []


def _annotate(findings: Iterable[Finding]) -> None:
    """Prints the findings as annotations, errors first, and how many more there are than are shown."""
    ordered = by_severity(findings)
    shown = ordered if len(ordered) <= MOST_ANNOTATIONS else ordered[: MOST_ANNOTATIONS - 1]
    for finding in shown:
        click.echo(of_finding(finding))
    if len(ordered) > len(shown):
        notice(f"and {len(ordered) - len(shown)} more, in the summary of this run", title="More findings")
