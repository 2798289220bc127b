"""The end of a run in words, for those who are told of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from runner.forge.base import PullRequest
from runner.ledger import Entry
from runner.pipeline.repeating import repeat
from runner.results.headline import run_line, title, verdict_line
from runner.results.links import Links
from runner.results.markdown import code, details, escape, one_line, table
from runner.results.model import Report
from runner.results.summary import summary
from runner.wording import dollars

LONGEST_REPORT: Final = 40_000
"""Characters; a comment takes 65,536."""
MOST_ROWS: Final = 50
_LOGIN: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,37}[A-Za-z0-9])?")


class Ending(Struct, frozen=True, kw_only=True):
    """How a run ended: with a report, and perhaps a pull request, or `why` it was given up without one."""

    entry: Entry
    report: Report | None = None
    pull_request: PullRequest | None = None
    why: str = ""

    @property
    def address(self) -> str:
        """Where the pull request is read, if it is on a server."""
        page = self.pull_request.page if self.pull_request else ""
        return page if page.startswith(("https://", "http://")) else ""


def comment(ending: Ending) -> str:
    """As Markdown, for the pull request or commit that the run was launched from."""
    entry, report = ending.entry, ending.report
    if report is None:
        return "\n\n".join(
            [f"{_given_up(ending, code(entry.run), code(entry.job))}{_cc(entry)}", _next(ending)]
        )
    parts = [
        f"{run_line(report)}{_cc(entry)}",
        verdict_line(report),
        *_proposed(ending),
        _cost(report),
        _next(ending),
    ]
    if not entry.publish:
        parts.append(_whole(report))
    return "\n\n".join(filter(None, parts))


def message(ending: Ending) -> str:
    """As text for Slack and what takes its form."""
    entry, report = ending.entry, ending.report
    if report is None:
        return slack_escape(_given_up(ending, entry.run, entry.job))
    headline = slack_escape(title(report))
    if ending.address:
        headline = f"<{re.sub('[|<>]', '', ending.address)}|{headline.replace('|', '¦')}>"
    rest = f"{report.state}, verdict {report.verdict}. {_cost(report)} Run {report.run}."
    return f"{headline}\n{slack_escape(rest)}"


def digest(entries: Sequence[Entry]) -> str:
    """The ends of all runs of one thread as Markdown: how many, and those that a person should see to."""
    ended = [entry for entry in entries if entry.state == "finished"]
    counts = Counter(f"{entry.outcome}{f', {entry.verdict}' if entry.verdict else ''}" for entry in ended)
    said = "; ".join(f"{count:,} {escape(what)}" for what, count in sorted(counts.items()))
    spent = sum(entry.cost_usd or 0.0 for entry in ended)
    parts = [f"**{len(ended):,} of {len(entries):,} runs have ended**: {said}. They cost {dollars(spent)}."]
    amiss = [entry for entry in ended if entry.outcome != "succeeded" or entry.verdict == "fail"]
    rows = [
        [code(entry.job), code(entry.run), escape(entry.outcome), escape(entry.verdict), _page(entry)]
        for entry in amiss[:MOST_ROWS]
    ]
    if rows:
        parts.append(table(["job", "run", "outcome", "verdict", "pull request"], rows))
    if len(amiss) > MOST_ROWS:
        parts.append(f"…and {len(amiss) - MOST_ROWS:,} more: {code('runner status')} lists them.")
    return "\n\n".join(parts)


def _page(entry: Entry) -> str:
    found = re.fullmatch(r"https?://[A-Za-z0-9._:/-]+/pull/([0-9]+)", entry.pull_request)
    return f"[{found[1]}]({entry.pull_request})" if found else ""


def slack_escape(text: str) -> str:
    """Text in which Slack sees no link, no mention and no command."""
    line = one_line(text, 1_000)
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _given_up(ending: Ending, run: str, job: str) -> str:
    return f"The run {run} of {job} was given up before anything in it began: {ending.why}."


def _cc(entry: Entry) -> str:
    """Who launched it, in a thread where they would not hear of it otherwise."""
    heard = entry.thread.startswith("pull/") or not _LOGIN.fullmatch(entry.by)
    return "" if heard else f" Launched by @{entry.by}."


def _proposed(ending: Ending) -> list[str]:
    pull = ending.pull_request
    if pull is None:
        return [] if ending.entry.publish else ["Nothing is proposed: it was launched to be looked at."]
    name = escape(pull.title)
    shown = f"[{name}]({ending.address})" if ending.address else name
    kind = "Draft pull request" if pull.draft else "Pull request"
    return [" ".join([f"{kind}: {shown}.", *map(escape, pull.notes)])]


def _cost(report: Report) -> str:
    return f"It cost {dollars(report.cost.actual)}, of at most {dollars(report.cost.bound)}."


def _next(ending: Ending) -> str:
    entry, report = ending.entry, ending.report
    if report is None:
        return f"Next: launch it anew: {code(repeat(entry, anew=True))}."
    if any(task.can_be_retried for task in report.tasks):
        chat = f", or the comment {code(f'/retry {entry.run}')}," if entry.thread.startswith("pull/") else ""
        return (
            f"Next: {code(f'runner logs {entry.run}')} shows what it printed, "
            f"{code(f'runner retry {entry.run}')}{chat} tries again what did not succeed."
        )
    if ending.pull_request is None:
        return f"Next: {code(f'runner collect {entry.run}')} brings the results to your own machine."
    if report.verdict == "pass":
        return "Next: review the pull request, and merge it."
    return "Next: see in the pull request why, and decide: it stays a draft."


def _whole(report: Report) -> str:
    page = summary(report, Links(diagrams=True))
    return details("The whole report", page) if len(page) <= LONGEST_REPORT else ""
