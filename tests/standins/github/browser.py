"""What one does on GitHub's pages, from a terminal: `github pull my-branch`, `github show 1`, …

It uses the public API with the token in GITHUB_TOKEN, as whoever that stands for. A pull request is named by
its number or by its branch.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import requests
from github import Auth, Github, GithubException
from github.PullRequest import PullRequest
from github.Repository import Repository

from runner.wording import printable

PATIENCE = 300.0
BEAT = 0.5
"""Seconds."""


def repository() -> Repository:
    """The repository that the environment names."""
    client = Github(
        auth=Auth.Token(os.environ["GITHUB_TOKEN"]),
        base_url=os.environ["GITHUB_API_URL"],
        seconds_between_requests=0,
        seconds_between_writes=0,
    )
    return client.get_repo(os.environ["GITHUB_REPOSITORY"])


def find(where: Repository, name: str) -> PullRequest | None:
    """A pull request by its number, or the newest one of a branch."""
    if name.isdigit():
        return where.get_pull(int(name))
    return next(
        iter(where.get_pulls(state="all", head=f"{where.owner.login}:{name}", direction="desc")), None
    )


def found(where: Repository, name: str) -> PullRequest:
    """The pull request that is meant; ends where there is none."""
    return find(where, name) or sys.exit(f"There is no pull request from {name}.")


def pull(where: Repository, given: argparse.Namespace) -> None:
    """Opens a pull request; its title is the subject of the branch's last commit."""
    title = where.get_branch(given.branch).commit.commit.message.splitlines()[0]
    made = where.create_pull(where.default_branch, given.branch, title=title)
    print(f"#{made.number} {made.html_url}")


def merge(where: Repository, given: argparse.Namespace) -> None:
    """Merges it."""
    one = found(where, given.pull)
    print(f"#{one.number} is merged: {one.merge().sha}")


def close(where: Repository, given: argparse.Namespace) -> None:
    """Closes it without a merge."""
    found(where, given.pull).edit(state="closed")


def comment(where: Repository, given: argparse.Namespace) -> None:
    """Comments on it."""
    found(where, given.pull).create_issue_comment(" ".join(given.text))


def dispatch(where: Repository, given: argparse.Namespace) -> None:
    """Starts a workflow by hand."""
    inputs = dict(text.partition("=")[::2] for text in given.inputs)
    where.get_workflow(given.file).create_dispatch(where.default_branch, inputs)


def approve(where: Repository, given: argparse.Namespace) -> None:
    """Approves what a workflow run waits for; this is the stand-in's own address."""
    token = {"Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}"}
    answer = requests.post(f"{where.html_url}/actions/runs/{given.run}/approve", headers=token, timeout=60)
    print(answer.text, end="")
    sys.exit(not answer.ok)


def list_pulls(where: Repository, given: argparse.Namespace) -> None:
    """All pull requests, newest first."""
    for one in where.get_pulls(state="all", direction="desc"):
        print(f"#{one.number} {state_of(one):<6} {one.head.ref:<24} {printable(one.title)}")


def show(where: Repository, given: argparse.Namespace) -> None:
    """Prints a pull request."""
    one = awaited(where, given.pull, given.wait) if given.wait else found(where, given.pull)
    print("\n".join(text_of(one)))


def awaited(where: Repository, name: str, context: str) -> PullRequest:
    """The pull request, once there is one and its head has a status; ends where it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        one = find(where, name)
        if one is not None and any(each.context == context for each in statuses_of(one)):
            return one
        time.sleep(BEAT)
    sys.exit(f"In {PATIENCE:.0f} seconds there came no pull request {name} with the status {context}.")


def statuses_of(one: PullRequest) -> Any:
    """The statuses of its head, one for each context."""
    return one.base.repo.get_commit(one.head.sha).get_combined_status().statuses


def state_of(one: PullRequest) -> str:
    """Its state in a word."""
    return "merged" if one.merged_at else "draft" if one.draft and one.state == "open" else one.state


def text_of(one: PullRequest) -> Iterator[str]:
    """A pull request for a terminal: what it says, its statuses, its comments."""
    yield printable(f"#{one.number} {one.title}")
    yield printable(f"{state_of(one)}, {one.head.ref} → {one.base.ref}, by {one.user.login}")
    for each in statuses_of(one):
        yield printable(f"{each.context}: {each.state}, {each.description or ''}")
    yield from paragraph(one.body or "")
    for said in one.get_issue_comments():
        reactions = "".join(f" [{each.content}]" for each in said.get_reactions())
        yield f"\n--- {said.user.login}{reactions}"
        yield from paragraph(said.body)


def paragraph(text: str) -> Iterator[str]:
    """Markdown as it was written, without what readers do not see."""
    yield ""
    yield from (printable(line) for line in text.strip().splitlines() if not line.startswith("<!--"))


def main() -> None:
    """Does one thing."""
    parser = argparse.ArgumentParser(prog="github", description=__doc__.partition("\n\n")[0])
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(
        name: str, act: Callable[[Repository, argparse.Namespace], None], *words: str
    ) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=(act.__doc__ or "").partition(";")[0])
        made.set_defaults(act=act)
        for word in words:
            made.add_argument(
                word.rstrip("*"), nargs="*" if word.endswith("*") else None, metavar=word.upper()
            )
        return made

    verb("pull", pull, "branch")
    verb("show", show, "pull").add_argument("--wait", metavar="STATUS", help="until its head has this status")
    verb("list", list_pulls)
    verb("merge", merge, "pull")
    verb("close", close, "pull")
    verb("comment", comment, "pull", "text*")
    verb("dispatch", dispatch, "file", "inputs*")
    verb("approve", approve, "run")
    given = parser.parse_args()
    try:
        given.act(repository(), given)
    except GithubException as error:
        told = error.data.get("message", "") if isinstance(error.data, dict) else ""
        sys.exit(f"GitHub refuses: {printable(told or str(error))}")
    except KeyError as error:
        sys.exit(f"{error.args[0]} is not set: source .runner/github.env, which `make github` writes.")


if __name__ == "__main__":
    main()
