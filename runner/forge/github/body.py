"""The description of a pull request at GitHub: the page, notes, and a watermark that says which run it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from runner.forge.base import Proposal
from runner.forge.commit import one_line
from runner.forge.github.client import GitHub
from runner.results.summary import Links

LONGEST: Final = 65_536
"""Characters that GitHub takes."""
_LONGEST_PAGE: Final = 60_000
_LONGEST_NOTE: Final = 500
_MOST_NOTES: Final = 8
_LONGEST_TITLE: Final = 250
_WATERMARK: Final = re.compile(r"<!-- runner job=(?P<job>\S+) run=(?P<run>\S+) -->")
SILENT: Final = (
    "Checks do not start here by themselves, as the bot acts with a workflow's own token: approve the runs "
    "that GitHub offers below, or close and reopen this pull request. With a GitHub App's token they start "
    "at once."
)


def title(proposal: Proposal) -> str:
    """The title, on one line that GitHub takes."""
    line = one_line(proposal.title)
    return line if len(line) <= _LONGEST_TITLE else line[: _LONGEST_TITLE - 1] + "…"


def render(hub: GitHub, proposal: Proposal, commit: str, notes: Sequence[str]) -> str:
    """The description for a head `commit`, always shorter than GitHub's bound."""
    address = folder(hub, proposal, commit)
    page = _cut(proposal.page(Links(folder=address, diagrams=True)).strip(), address)
    told = (*notes[:_MOST_NOTES], *(() if hub.starts_workflows else (SILENT,)))
    block = "".join(f"> - {one_line(note)[:_LONGEST_NOTE]}\n" for note in told)
    parts = [page, f"> [!NOTE]\n{block}".rstrip() if block else "", watermark(proposal.job, proposal.run)]
    return "\n\n".join(filter(None, parts)) + "\n"


def folder(hub: GitHub, proposal: Proposal, commit: str) -> str:
    """Where the files of the run's folder are read, in a commit."""
    return f"{hub.web}/blob/{commit}/results/{quote(proposal.job)}/{quote(proposal.run)}/"


def watermark(job: str, run: str) -> str:
    """Says, unseen by readers, which run a description is of."""
    return f"<!-- runner job={_plain(job)} run={_plain(run)} -->"


def is_of(body: str | None, proposal: Proposal) -> bool:
    """Whether a description is of the proposal's run."""
    marks = list(_WATERMARK.finditer(body or ""))
    return bool(marks) and marks[-1][0] == watermark(proposal.job, proposal.run)


def _cut(page: str, address: str) -> str:
    """The page without its last lines where it is too long."""
    if len(page) <= _LONGEST_PAGE:
        return page
    kept = page[: _LONGEST_PAGE - 1_000].rpartition("\n")[0]
    return f"{_closed(kept)}\n\n_Cut for length. The whole page is [summary.md]({address}summary.md)._"


def _closed(text: str) -> str:
    """Markdown that was cut, with its open block of code and open `<details>` closed."""
    fence = ""
    for mark in re.findall(r"^ {0,3}(`{3,}|~{3,})", text, re.MULTILINE):
        fence = mark if not fence else "" if mark.startswith(fence) else fence
    open_details = text.count("<details") - text.count("</details>")
    return "\n\n".join((f"{text}\n{fence}".rstrip(), *["</details>"] * max(0, open_details)))


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "-", name) or "-"
