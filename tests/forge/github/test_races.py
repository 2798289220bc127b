"""Two that propose at once: one pull request, no lost commit, and its description is of its head."""

from __future__ import annotations

import threading

import pytest

from runner.forge.base import PullRequest
from tests.forge.github.conftest import BRANCH, Desk

COMMIT = ("POST", "/git/commits$")
CREATION = ("POST", "/git/refs$")
MOVE = ("PATCH", "/git/refs/")
STATUS = ("POST", "/statuses/")
OPENING = ("POST", "/pulls$")
LABELS = ("POST", "/labels$")


def meanwhile(desk: Desk, method: str, path: str, run: str) -> list[PullRequest]:
    """Has another process propose a run in the middle of the one that comes next."""
    answers: list[PullRequest] = []
    desk.hub.meanwhile(method, path, lambda: answers.append(desk.propose(run)))
    return answers


def only_pull(desk: Desk, run: str) -> None:
    """There is one pull request, of this run, and nothing on its branch was lost."""
    (pull,) = desk.hub.pulls.values()
    assert (pull.state, pull.title, pull.head_sha) == ("open", f"tune: {run}", desk.hub.tip(BRANCH))
    assert f"run={run} -->" in (pull.body or "")
    assert pull.head_sha in (pull.body or "")
    assert [name for name in desk.hub.branches() if name != "main"] == [BRANCH]


@pytest.mark.parametrize(("method", "path"), [COMMIT, CREATION, STATUS, OPENING])
def test_a_run_that_is_collected_twice_at_once_is_proposed_once(desk: Desk, method: str, path: str) -> None:
    desk.labels = ("runner",)
    others = meanwhile(desk, method, path, "r1")
    own = desk.propose("r1")
    assert {pull.commit for pull in (own, *others)} == {desk.hub.tip(BRANCH)}
    assert {pull.number for pull in (own, *others)} == {1}
    only_pull(desk, "r1")


@pytest.mark.parametrize(("method", "path"), [CREATION, OPENING, LABELS])
def test_of_two_new_runs_the_newer_one_is_what_stands(desk: Desk, method: str, path: str) -> None:
    desk.labels = ("runner",)
    meanwhile(desk, method, path, "r2")
    desk.propose("r1")
    only_pull(desk, "r2")


@pytest.mark.parametrize(
    ("step", "own", "other"), [(COMMIT, "r2", "r3"), (MOVE, "r3", "r2"), (STATUS, "r2", "r3")]
)
def test_of_two_updates_the_newer_one_is_what_stands(
    desk: Desk, step: tuple[str, str], own: str, other: str
) -> None:
    desk.propose("r1")
    meanwhile(desk, *step, other)
    desk.propose(own)
    only_pull(desk, "r3")


def test_many_at_once_end_in_one_pull_request_with_every_commit(desk: Desk) -> None:
    desk.propose("r1")
    answers: list[PullRequest] = []

    def work(run: str) -> None:
        answers.append(desk.propose(run))

    threads = [threading.Thread(target=work, args=(f"r{number}",)) for number in (2, 3, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    only_pull(desk, "r4")
    history = desk.hub.repository.git.run("rev-list", BRANCH).split()
    assert {pull.commit for pull in answers} <= set(history)
