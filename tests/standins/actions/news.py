"""What happens on a hub and in its workflows, a short line for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from runner.wording import printable
from tests.standins.actions.harness import Actions
from tests.standins.actions.runs import WorkflowRun
from tests.standins.github.hub import Hub

LONGEST = 160
LEDGER = "refs/heads/runner-ledger"
Payload = dict[str, Any]


class News:
    """Tells everything once."""

    def __init__(self, hub: Hub, actions: Actions) -> None:
        self.hub = hub
        self.actions = actions
        self.events = len(hub.events)
        self.statuses = len(hub.statuses)
        self.runs: dict[WorkflowRun, str] = {}

    def lines(self) -> Iterator[str]:
        """What was not told before."""
        for event in self.hub.events[self.events :]:
            self.events += 1
            if text := TELLERS.get(event.name, nothing)(event.payload):
                yield line(event.name.replace("issue_", "").replace("_", " "), text)
        for one in self.hub.statuses[self.statuses :]:
            self.statuses += 1
            yield line("status", f"{one.context} {one.state} at {one.sha[:7]}: {one.description or ''}")
        for run in list(self.actions.runs):
            if self.runs.get(run) != run.status:
                self.runs[run] = run.status
                yield from self.of_run(run)

    def of_run(self, run: WorkflowRun) -> Iterator[str]:
        """A run that has ended, or that waits for a person."""
        what = f"{run.name} for {run.event}"
        if run.status == "waiting":
            yield line("workflow", f"{what} waits for you: github approve {run.run_id}")
        elif run.status == "completed" and run.conclusion != "skipped":
            page = f"{self.hub.url}/{self.hub.name}/actions/runs/{run.run_id}"
            yield line("workflow", f"{what}: {run.conclusion}, {page}")
            for error in run.errors:
                yield line("", error)


def line(kind: str, text: str) -> str:
    """One line for a terminal, whatever the text holds."""
    text = printable(" ".join(text.split()))
    return f"{kind:<13} {text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}"


def nothing(_: Payload) -> str:
    """What is told by other lines."""
    return ""


def push(told: Payload) -> str:
    """A branch that moved; the ledger's moves with everything."""
    if told["ref"] == LEDGER:
        return ""
    where = told["ref"].removeprefix("refs/heads/")
    what = "deleted" if told["deleted"] else f"at {told['after'][:7]}"
    return f"{where} {what} by {told['sender']['login']}"


def pull_request(told: Payload) -> str:
    """A pull request that came, went, or changed its state."""
    action = "merged" if told["action"] == "closed" and told["pull_request"]["merged"] else told["action"]
    if action not in ("opened", "merged", "closed", "reopened", "ready_for_review", "converted_to_draft"):
        return ""
    title = told["pull_request"]["title"]
    return f"#{told['number']} {action.replace('_', ' ')} by {told['sender']['login']}: {title}"


def comment(told: Payload) -> str:
    """A comment, by its first line that is read."""
    lines = (text for text in told["comment"]["body"].splitlines() if text and not text.startswith("<!--"))
    return f"#{told['issue']['number']} by {told['sender']['login']}: {next(lines, '')}"


TELLERS: dict[str, Callable[[Payload], str]] = {
    "push": push,
    "pull_request": pull_request,
    "issue_comment": comment,
}
