"""GitHub that fails, before or after it has done what was asked: nothing happens twice, nothing is lost."""

from __future__ import annotations

import pytest

from runner.errors import ProviderError
from tests.forge.github.conftest import BRANCH, Desk

WRITES = [
    ("POST", "/git/trees$"),
    ("POST", "/git/commits$"),
    ("POST", "/git/refs$"),
    ("POST", "/statuses/"),
    ("POST", "/pulls$"),
    ("POST", "/labels$"),
    ("POST", "/requested_reviewers$"),
    ("POST", "/assignees$"),
]
UPDATES = [("PATCH", "/git/refs/"), ("POST", "/graphql"), ("PATCH", "/pulls/1$"), ("POST", "/statuses/")]


def complete(desk: Desk, run: str = "r1", *, decorated: bool = True) -> None:
    """There is one pull request with all that belongs to it, once."""
    (pull,) = desk.hub.pulls.values()
    assert (pull.state, pull.title, pull.head_sha) == ("open", f"tune: {run}", desk.hub.tip(BRANCH))
    assert f"run={run} -->" in (pull.body or "")
    if decorated:
        assert (pull.labels, pull.reviewers, pull.assignees) == (["runner"], ["grace"], ["grace"])
    assert len({status.state for status in desk.hub.statuses if status.sha == pull.head_sha}) == 1


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_opening_survives_a_failure_after_the_effect(desk: Desk, method: str, path: str) -> None:
    desk.labels = ("runner",)
    desk.hub.collaborator("grace")
    desk.hub.fail(method, path, 502, when="after")
    pull = desk.propose(owners=("@grace",))
    assert (pull.state, pull.notes) == ("created", ())
    complete(desk)


def test_opening_survives_a_failure_before_the_effect_of_every_step(desk: Desk) -> None:
    desk.labels = ("runner",)
    desk.hub.collaborator("grace")
    for method, path in WRITES:
        desk.hub.fail(method, path, 502)
    pull = desk.propose(owners=("@grace",))
    assert (pull.state, pull.notes) == ("created", ())
    complete(desk)


@pytest.mark.parametrize(("method", "path"), UPDATES)
def test_an_update_survives_a_failure_after_the_effect(desk: Desk, method: str, path: str) -> None:
    desk.propose()
    desk.hub.fail(method, path, 502, when="after")
    pull = desk.propose("r2", verdict="fail", draft=True)
    assert (pull.state, pull.draft, pull.notes) == ("updated", True, ())
    complete(desk, "r2", decorated=False)


def test_an_update_survives_a_failure_before_the_effect_of_every_step(desk: Desk) -> None:
    desk.propose()
    for method, path in UPDATES:
        desk.hub.fail(method, path, 502)
    pull = desk.propose("r2", verdict="fail", draft=True)
    assert (pull.state, pull.draft, pull.notes) == ("updated", True, ())
    complete(desk, "r2", decorated=False)


@pytest.mark.parametrize(("method", "path"), [("POST", "/pulls$"), ("POST", "/git/refs$")])
def test_a_connection_that_breaks_after_the_effect_is_survived(desk: Desk, method: str, path: str) -> None:
    desk.hub.fail(method, path, 0, when="after")
    assert desk.propose().state == "created"
    assert (len(desk.hub.pulls), len(desk.hub.statuses)) == (1, 1)


@pytest.mark.parametrize(("method", "path"), WRITES[2:5])
def test_what_a_lasting_failure_left_undone_is_finished_the_next_time(
    desk: Desk, method: str, path: str
) -> None:
    desk.labels = ("runner",)
    desk.hub.collaborator("grace")
    desk.hub.fail(method, path, 502, times=20)
    with pytest.raises(ProviderError) as caught:
        desk.propose(owners=("@grace",))
    assert caught.value.code == "github-failed"
    desk.hub.clear_faults()
    pull = desk.propose(owners=("@grace",))
    assert (pull.state, pull.notes) == ("created", ())
    complete(desk)


def test_what_a_lasting_failure_of_an_update_left_undone_is_finished_the_next_time(desk: Desk) -> None:
    first = desk.propose()
    desk.hub.fail("PATCH", "/pulls/1$", 502, times=20)
    with pytest.raises(ProviderError, match="could not change pull request #1"):
        desk.propose("r2")
    desk.hub.clear_faults()
    pull = desk.propose("r2")
    assert (pull.state, pull.number) == ("updated", 1)
    assert desk.parents(pull.commit) == [first.commit]
    assert "run=r2" in (desk.hub.pulls[1].body or "")


def test_a_branch_that_github_does_not_know_everywhere_yet_is_waited_for(desk: Desk) -> None:
    error = {"resource": "PullRequest", "field": "head", "code": "invalid"}
    answer = {"message": "Validation Failed", "errors": [error]}
    desk.hub.fail("POST", "/pulls$", 422, times=2, body=answer)
    assert desk.propose().state == "created"


def test_decoration_that_cannot_be_had_is_a_note(desk: Desk) -> None:
    desk.labels = ("runner",)
    desk.hub.fail("POST", "/labels$", 502, times=20)
    pull = desk.propose()
    assert pull.state == "created"
    assert pull.notes == ("It could not be labelled: Server Error.",)


def test_a_tree_that_is_not_what_git_makes_is_noticed(desk: Desk) -> None:
    desk.hub.fail(
        "POST", "/git/trees$", 201, body={"sha": "0" * 40, "url": "", "truncated": False, "tree": []}
    )
    with pytest.raises(ProviderError, match="where git makes"):
        desk.propose()
    assert desk.hub.branches().keys() == {"main"}
