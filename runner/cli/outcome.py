"""What a finished run says on the terminal: the verdict, the branch, the page, the next commands."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runner.cli.terminal import harmless, say
from runner.errors import EXIT_INTERRUPTED, EXIT_JOB_FAILED, EXIT_OK
from runner.manifest.units import duration_text

if TYPE_CHECKING:
    from runner.forge.base import PullRequest
    from runner.pipeline import Delivery
    from runner.results.model import Report

SHOWN_LINES = 10
COLOURS = {"pass": "green", "fail": "red", "undecided": "yellow"}


def show_delivery(delivery: Delivery, *, as_json: bool) -> int:
    """Prints the outcome and returns the exit code."""
    if as_json:
        _show_json(delivery)
    else:
        _show_text(delivery)
    if delivery.report.state == "cancelled":
        return EXIT_INTERRUPTED
    refused = delivery.report.state != "succeeded" or delivery.report.verdict == "fail"
    return EXIT_JOB_FAILED if refused else EXIT_OK


def _show_json(delivery: Delivery) -> None:
    import msgspec

    document = {"report": delivery.report, "pull_request": delivery.pull_request}
    say(msgspec.json.encode(document).decode())


def _show_text(delivery: Delivery) -> None:
    report, pull_request = delivery.report, delivery.pull_request
    say()
    say(f"{report.verdict.upper()} ", fg=COLOURS[report.verdict], bold=True, nl=False)
    say(f"{report.job} {report.state} in {duration_text(report.ended - report.started)}")
    for gate in report.gates:
        say(f"  {gate.verdict:9} ", fg=COLOURS[gate.verdict], nl=False)
        say(gate.statement)
    if not report.gates:
        say("  the manifest declares no gates, so nothing was judged")
    for warning in report.warnings:
        say(f"  warning   {warning}")
    _show_failures(report)
    say()
    if pull_request is None:
        say(f"  report    {os.path.relpath(delivery.layout.report)}/summary.md")
    else:
        _show_pull_request(pull_request)
    say()
    say("next:")
    for line in _next(report, pull_request):
        say(f"  {line}")


def _show_pull_request(pull_request: PullRequest) -> None:
    page = pull_request.page
    for line in pull_request_lines(pull_request, page if _is_address(page) else os.path.relpath(page)):
        say(line)


def pull_request_lines(pull_request: PullRequest, page: str) -> list[str]:
    """What is said of a pull request that is read at `page`, a path or an address."""
    kind = "draft pull request" if pull_request.draft else "pull request"
    lines = [
        f"  {kind}: {pull_request.title}",
        f"  branch    {pull_request.branch} ({pull_request.commit[:12]})",
    ]
    lines += [f"  page      {page}"] if page else []
    return lines + [f"  note      {note}" for note in pull_request.notes]


def _is_address(page: str) -> bool:
    """Whether a page is read in the network, or nowhere, rather than in a file."""
    return not page or page.startswith(("https://", "http://"))


def _next(report: Report, pull_request: PullRequest | None) -> list[str]:
    """The commands that make sense now."""
    lines = [] if pull_request is None else _reviewing(pull_request, passed=report.verdict == "pass")
    if any(task.can_be_retried for task in report.tasks):
        lines += [f"runner logs {report.run}", f"runner retry {report.run}"]
    return [*lines, f"runner results show {report.run}"]


def _reviewing(pull_request: PullRequest, *, passed: bool) -> list[str]:
    """How to look at what is proposed, and to merge it where it `passed`."""
    branch = pull_request.branch
    if not pull_request.page:
        return []
    if _is_address(pull_request.page):
        return [f"git fetch origin {branch} && git diff --stat HEAD...FETCH_HEAD"]
    return [f"git diff --stat HEAD...{branch}", *([f"git merge --no-ff {branch}"] if passed else [])]


def _show_failures(report: Report) -> None:
    for task in report.tasks:
        if not task.failed:
            continue
        reason = task.attempts[-1].reason if task.attempts else ""
        say(f"  {task.id} {task.outcome}", fg="red", nl=False)
        say(f": {harmless(reason)}" if reason else "")
        for line in task.log_tail.splitlines()[-SHOWN_LINES:]:
            say(f"    | {harmless(line)}")
