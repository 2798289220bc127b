"""Where the page of a local pull request lies, and its Markdown twin."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from runner.errors import InputError
from runner.forge import diff
from runner.forge.base import Proposal, PullRequest
from runner.forge.page import View, render
from runner.repository.files import disk_error, write_if_changed
from runner.repository.git import Repository
from runner.results.markdown import code, escape

PAGE: Final = "pull-request.html"
MARKDOWN: Final = "pull-request.md"
_CHART: Final = re.compile(r"(?:charts/)?([A-Za-z0-9_][\w.-]*?)(?:\.svg)?")


def all_pulls(repository: Repository) -> Path:
    """The folder of all pull requests' pages, made when it is missing."""
    folder = repository.state_directory() / "pulls"
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise disk_error(folder, error) from error
    return folder


def folder(repository: Repository, branch: str) -> Path:
    """The folder of one branch's page."""
    return all_pulls(repository) / branch.replace("/", "-")


def write(repository: Repository, proposal: Proposal, pull: PullRequest) -> None:
    """Write the page, its Markdown twin and its charts. Raises ProviderError when the disk refuses."""
    view = View(
        proposal=proposal,
        pull=pull,
        into=repository.branch(),
        changes=diff.changes(repository, pull.base, pull.commit),
    )
    drawings = charts(proposal)
    page = Path(pull.page)
    try:
        drawn = page.parent / "charts"
        drawn.mkdir(parents=True, exist_ok=True)
        for stale in {one.name for one in drawn.iterdir()} - {Path(name).name for name in drawings}:
            (drawn / stale).unlink()
        for name, svg in drawings.items():
            write_if_changed(page.parent / name, svg)
        write_if_changed(Path(pull.markdown), _markdown(view))
        write_if_changed(page, render(view, drawings))
    except OSError as error:
        raise disk_error(page, error) from error


def charts(proposal: Proposal) -> dict[str, str]:
    """The charts by their addresses in the body, `charts/<name>.svg`. Raises InputError for other names."""
    found = {}
    for name, svg in proposal.assets.items():
        match = _CHART.fullmatch(name)
        if match is None:
            raise InputError("proposal-asset", "this is not the name of a chart", place=name)
        found[f"charts/{match[1]}.svg"] = svg
    return found


def _markdown(view: View) -> str:
    """The pull request as Markdown."""
    proposal, pull = view.proposal, view.pull
    state = "Draft" if pull.draft else "Open"
    rows = "".join(f"| {code(change.path)} | {change.counts} |\n" for change in view.changes)
    choices = "\n".join(
        f"**{title}.** {sentence}\n\n```sh\n{commands}\n```\n" for title, sentence, commands in view.choices()
    )
    notes = "".join(f"> {note}\n\n" for note in pull.notes)
    return (
        f"# {escape(pull.title)}\n\n"
        f"{state} · {view.verdict} · `{pull.branch}` into `{view.target}`\n\n"
        f"Run {proposal.run} of {proposal.job}, ended {view.ended}; "
        f"commit `{pull.commit[:12]}` on `{pull.base[:12]}`.\n\n"
        f"{notes}{view.body.strip()}\n\n"
        f"## Files changed\n\n{view.totals}\n\n| File | Lines |\n|---|---|\n{rows}\n"
        f"## Decide\n\n{choices}"
    )
