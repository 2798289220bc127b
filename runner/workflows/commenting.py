"""`runner github comment`: the comment and the status for a check that has ended.

It has rights, and the check's artifact may come from a stranger. So the pull request is found by what
GitHub says of the check's run, and the artifact may only agree. What it says is shown as text, and
nothing is decided by it: what is launched is planned anew, under the policy of the base.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from runner.errors import EXIT_OK, InputError
from runner.forge.github.client import GitHub, connect, in_words
from runner.forge.github.comments import living_comment, set_status
from runner.repository.git import Repository
from runner.workflows.check_file import Check, read_check
from runner.workflows.event import Event
from runner.workflows.output import notice, set_output
from runner.workflows.plan_page import headline, plan_page

if TYPE_CHECKING:
    from github.PullRequest import PullRequest

TOPIC: Final = "plan"
REMOVED: Final = "removed"
CONTEXT: Final = "runner/plan"
_MOST_CHARACTERS: Final = 60_000
_COMMIT: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_NOT_BEGUN: Final = ("action_required", "skipped")
_UNFINISHED: Final = "the check did not finish"
_FORK: Final = (
    "_From a fork: its own code wrote what stands here. "
    "What is launched is planned anew, under the policy of the base._"
)


def comment(folder: Path, event: Event, artifact: Path) -> int:
    """Writes what the check in the folder `artifact` found to its pull request; the exit code.

    Sets the output `removed`: services whose manifests go, as JSON, for `standing`. Writes nothing where
    the pull request has moved on. Raises InputError where the event is no run of
    a check or the artifact is about something else, ProviderError where GitHub refuses.
    """
    head = checked_head(event)
    if event.text("workflow_run", "event") != "pull_request":
        return _nothing("the workflow that ended was started by no pull request")
    if event.text("workflow_run", "conclusion") in _NOT_BEGUN:
        return _nothing("the check has not run: it waits for somebody's approval, or was skipped")
    hub = connect(Repository.find(folder))
    pulls = pulls_of(hub, event, head)
    if not pulls:
        return _nothing(f"no open pull request has the head {head[:12]} any more")
    try:
        found = read_check(artifact)
    except InputError as error:
        return _unfinished(hub, event, pulls, str(error))
    return _finished(hub, event, found, _meant(found, pulls, head))


def checked_head(event: Event) -> str:
    """The commit that the check was about. Raises InputError where no check has ended."""
    head = event.text("workflow_run", "head_sha")
    if event.name != "workflow_run" or not _COMMIT.fullmatch(head):
        message = f"a comment is written when a check has ended, and this is {event.name}"
        raise InputError(
            "no-workflow-run", message, fix="call it on `workflow_run`, when a check is completed"
        )
    return head


def pulls_of(hub: GitHub, event: Event, head: str) -> list[PullRequest]:
    """The open pull requests whose head is what was checked, as GitHub says."""
    owner = event.text("workflow_run", "head_repository", "owner", "login")
    branch = event.text("workflow_run", "head_branch")
    if not owner or not branch:
        return []
    with in_words("find the pull request of the check"):
        pulls = hub.repository.get_pulls(state="open", head=f"{owner}:{branch}").get_page(0)
    return [pull for pull in pulls if pull.head.sha == head and pull.head.ref == branch]


def _meant(found: Check, pulls: list[PullRequest], head: str) -> PullRequest:
    """The pull request that the artifact is about. Raises InputError where it is none of these."""
    pull = next((pull for pull in pulls if pull.number == found.pull_request), None)
    if pull is None or found.head != head:
        raise InputError(
            "foreign-check",
            f"the artifact is about the pull request {found.pull_request} at {found.head[:12]}, and the run "
            f"checked {' and '.join(f'#{one.number}' for one in pulls)} at {head[:12]}: nothing is written",
            fix="look at what the pull request does to the workflows",
        )
    return pull


def _finished(hub: GitHub, event: Event, found: Check, pull: PullRequest) -> int:
    run = _run(hub, event)
    more = f"The [summary of the run]({run}) has them all."
    text = plan_page(found, _MOST_CHARACTERS, more, "" if _is_own(hub, pull) else _FORK)
    something = bool(found.manifests or found.settings)
    living_comment(hub, pull.number, TOPIC, text, create=something)
    set_status(hub, found.head, "failure" if found.failed else "success", CONTEXT, headline(found), run)
    notice(f"#{pull.number}: {headline(found)}", title="Plan")
    set_output(REMOVED, json.dumps([manifest.leaves for manifest in found.manifests if manifest.leaves]))
    return EXIT_OK


def _unfinished(hub: GitHub, event: Event, pulls: list[PullRequest], reason: str) -> int:
    run = _run(hub, event)
    text = f"### Plan: {_UNFINISHED}\n\nIt left nothing that can be shown. [Its run]({run}) says why.\n"
    for pull in pulls:
        living_comment(hub, pull.number, TOPIC, text)
    set_status(hub, pulls[0].head.sha, "error", CONTEXT, _UNFINISHED, run)
    notice(f"{_UNFINISHED}: {reason}", title="Plan")
    return EXIT_OK


def _is_own(hub: GitHub, pull: PullRequest) -> bool:
    """Whether the branch is one of the repository itself; a fork may be gone already."""
    repository = pull.head.repo
    return repository is not None and repository.full_name == hub.name


def _run(hub: GitHub, event: Event) -> str:
    """The page of the check's run."""
    return f"{hub.web}/actions/runs/{event.number('workflow_run', 'id')}"


def _nothing(why: str) -> int:
    notice(f"{why}: nothing is written", title="Plan")
    return EXIT_OK
