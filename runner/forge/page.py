"""The page of a pull request: one HTML file that needs nothing else and reaches nothing else."""

from __future__ import annotations

import base64
import shlex
import time
from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from msgspec import Struct

from runner.forge.base import Proposal, PullRequest
from runner.forge.diff import FileChange, Line
from runner.forge.markdown import to_html
from runner.results.summary import Links

_OPEN_LINES: Final = 120
_VERDICTS: Final = {
    "pass": ("Verdict: pass", "good"),
    "fail": ("Verdict: fail", "bad"),
    "undecided": ("Verdict: undecided", "unsure"),
}
_SIGNS: Final = {"added": "+", "deleted": "−", "context": " "}


class View(Struct, frozen=True, kw_only=True):
    """All that the page and its Markdown twin show. `into` is the branch to merge into, if any."""

    proposal: Proposal
    pull: PullRequest
    into: str | None
    changes: list[FileChange]

    @property
    def body(self) -> str:
        """What the proposal says of itself, with its charts beside it."""
        return self.proposal.page(Links())

    @property
    def target(self) -> str:
        """The branch to merge into, or the commit where none is checked out."""
        return self.into or self.pull.base[:12]

    @property
    def totals(self) -> str:
        """How much changes, in words."""
        count = len(self.changes)
        added, deleted = (sum(getattr(one, side) for one in self.changes) for side in ("added", "deleted"))
        return f"{count} file{'' if count == 1 else 's'}, +{added:,} −{deleted:,}"

    @property
    def ended(self) -> str:
        """When the run ended, in UTC."""
        return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(self.proposal.date))

    @property
    def verdict(self) -> str:
        """The verdict in words."""
        return _VERDICTS[self.proposal.verdict][0]

    def choices(self) -> list[tuple[str, str, str]]:
        """What a reviewer may do: a title, a sentence, the commands."""
        branch, base = shlex.quote(self.pull.branch), shlex.quote(self.target)
        switch = f"git switch {base}\n" if self.into else ""
        look = f"git diff {base}...{branch}\ngit show {branch}:PATH"
        return [
            ("Look closer", "The working tree stays as it is.", look),
            ("Merge", "Keeps the run as one commit.", f"{switch}git merge --no-ff {branch}"),
            ("Reject", "The next run proposes anew.", f"git branch -D {branch}"),
            ("Roll back", "Once merged, while the merge is the last commit.", "git revert --mainline 1 HEAD"),
        ]


def render(view: View, charts: Mapping[str, str]) -> str:
    """The whole page. `charts` maps addresses as the body writes them to SVG text."""
    here = Path(__file__).parent
    proposal, pull = view.proposal, view.pull
    verdict, verdict_class = _VERDICTS[proposal.verdict]
    text = {
        "title": pull.title,
        "branch": pull.branch,
        "into": view.target,
        "state": "Draft" if pull.draft else "Open",
        "state_class": "quiet" if pull.draft else "good",
        "verdict": verdict,
        "verdict_class": verdict_class,
        "job": proposal.job,
        "run": proposal.run,
        "ended": view.ended,
        "commit": pull.commit[:12],
        "base": pull.base[:12],
        "totals": view.totals,
    }
    html = {
        "style": (here / "page.css").read_text(encoding="utf-8").strip(),
        "body": to_html(view.body, {name: _data(svg) for name, svg in charts.items()}),
        "notes": "".join(f'<div class="note" role="note">{to_html(note, {})}</div>\n' for note in pull.notes),
        "files": "".join(_file(number, change) for number, change in enumerate(view.changes, 1)),
        "decide": _decide(view),
    }
    template = Template((here / "page.html").read_text(encoding="utf-8"))
    return template.substitute({name: escape(value) for name, value in text.items()} | html)


def _data(svg: str) -> str:
    """An SVG as an address. The page puts those marked `#paper` on white: they know no dark colours."""
    encoded = base64.b64encode(svg.encode("utf-8", "replace")).decode()
    return f"data:image/svg+xml;base64,{encoded}{'' if 'prefers-color-scheme' in svg else '#paper'}"


def _file(number: int, change: FileChange) -> str:
    """One changed file: open where it is short and not a result."""
    is_open = change.lines and len(change.lines) <= _OPEN_LINES and not change.path.startswith("results/")
    counts = (
        "binary"
        if change.binary
        else f'<span class="plus">+{change.added:,}</span> <span class="minus">−{change.deleted:,}</span>'
    )
    rows = "".join(map(_row, change.lines))
    table = f'<div class="scroll" tabindex="0"><table class="diff">{rows}</table></div>' if rows else ""
    return (
        f'<details class="file" id="file-{number}"{" open" if is_open else ""}>'
        f'<summary><span class="path">{escape(change.path)}</span>'
        f'<span class="counts">{"new · " if change.new else ""}{counts}</span></summary>'
        f"{table}{_hidden(change)}</details>\n"
    )


def _row(line: Line) -> str:
    if line.kind in ("hunk", "note"):
        kind = "hunk" if line.kind == "hunk" else "note-line"
        return f'<tr class="{kind}"><td></td><td></td><td>{escape(line.text)}</td></tr>\n'
    return (
        f'<tr class="{line.kind}"><td>{line.old or ""}</td><td>{line.new or ""}</td>'
        f"<td>{_SIGNS[line.kind]} {escape(line.text)}</td></tr>\n"
    )


def _hidden(change: FileChange) -> str:
    """What is said in place of lines that are not shown."""
    if change.binary:
        return "<p>A binary file.</p>"
    if change.path.endswith(".svg"):
        return "<p>A chart.</p>"
    if change.hidden:
        return f"<p>{change.hidden:,} further lines are not shown here.</p>"
    return "" if change.lines else "<p>Empty.</p>"


def _decide(view: View) -> str:
    cards = "".join(
        f"<div><h3>{title}</h3><p>{sentence}</p><pre><code>{escape(commands)}</code></pre></div>\n"
        for title, sentence, commands in view.choices()
    )
    return f'<div class="decide">\n{cards}</div>'
