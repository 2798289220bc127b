"""Tokens that may not, repositories that do not allow it: a word that says what to change."""

from __future__ import annotations

import time

import pytest

from runner.errors import ProviderError
from tests.forge.github.conftest import BRANCH, Desk

ALL = {"contents": "write", "pull-requests": "write", "statuses": "write", "issues": "write"}


def test_a_token_that_may_not_write_names_the_permission(desk: Desk) -> None:
    desk.act_with(desk.hub.job_token({**ALL, "contents": "read"}))
    with pytest.raises(ProviderError, match="Resource not accessible by integration") as caught:
        desk.propose()
    assert caught.value.code == "github-permission"
    assert "`contents: write`" in caught.value.fix
    assert not desk.hub.pulls


def test_a_token_that_may_open_no_pull_request_names_the_permission_and_goes_on_later(desk: Desk) -> None:
    token = desk.hub.job_token({**ALL, "pull-requests": "read"})
    desk.act_with(token)
    with pytest.raises(ProviderError, match=f"could not open the pull request of {BRANCH}") as caught:
        desk.propose()
    assert "`pull-requests: write`" in caught.value.fix
    desk.hub.restrict(token, ALL)
    assert (desk.propose().state, len(desk.hub.pulls)) == ("created", 1)


def test_where_actions_may_open_no_pull_requests_the_setting_is_named(desk: Desk) -> None:
    desk.hub.repository.actions_may_open_pulls = False
    with pytest.raises(ProviderError) as caught:
        desk.propose()
    assert caught.value.code == "github-setting"
    assert "Settings → Actions → General" in caught.value.fix
    assert "Allow GitHub Actions to create and approve pull requests" in caught.value.fix


def test_without_the_right_to_set_a_status_the_pull_request_says_so(desk: Desk) -> None:
    desk.act_with(desk.hub.job_token({"contents": "write", "pull-requests": "write"}))
    pull = desk.propose()
    assert pull.state == "created"
    assert pull.notes[0].startswith("The commit has no status `runner/verdict`: ")
    assert "`statuses: write`" in (desk.hub.pulls[1].body or "")


def test_a_wrong_token_is_told(desk: Desk) -> None:
    forge = desk.forge()
    proposal = desk.proposal(forge)
    desk.hub.fail("GET", "/repos/", 401, times=9, body={"message": "Bad credentials"})
    with pytest.raises(ProviderError, match="Bad credentials") as caught:
        forge.propose(proposal)
    assert caught.value.code == "github-token"


def test_a_revoked_token_fails_in_git_already(desk: Desk) -> None:
    token = desk.hub.job_token()
    desk.act_with(token)
    desk.hub.revoke(token)
    with pytest.raises(ProviderError) as caught:
        desk.propose()
    assert caught.value.code == "git-access"
    assert token not in f"{caught.value}{caught.value.fix}{caught.value.__cause__}"


def test_a_protected_branch_is_no_race(desk: Desk) -> None:
    desk.hub.protect(BRANCH)
    with pytest.raises(
        ProviderError, match="could not create the branch runner/tune: Repository rule violations"
    ):
        desk.propose()


def test_a_limit_that_resets_too_late_says_when(desk: Desk) -> None:
    token = desk.hub.job_token()
    desk.act_with(token)
    forge = desk.forge()
    proposal = desk.proposal(forge)
    desk.hub.exhaust(token, 1_800)
    with pytest.raises(ProviderError, match="rate limit") as caught:
        forge.propose(proposal)
    assert caught.value.code == "github-rate-limit"
    assert time.strftime("%Y-%m-%d", time.gmtime(time.time() + 1_800)) in caught.value.fix


def test_a_secondary_limit_is_waited_for_where_it_is_short(desk: Desk) -> None:
    desk.hub.slow_down("POST", "/pulls$", retry_after=1)
    began = time.monotonic()
    assert desk.propose().state == "created"
    assert time.monotonic() - began > 1


@pytest.mark.parametrize("status", [403, 429])
def test_a_secondary_limit_that_takes_too_long_says_when(desk: Desk, status: int) -> None:
    desk.hub.slow_down("POST", "/git/trees$", retry_after=3_600, status=status)
    with pytest.raises(ProviderError, match="could not store the files") as caught:
        desk.propose()
    assert caught.value.code == "github-rate-limit"
    assert "takes requests again after 20" in caught.value.fix


def test_github_that_is_not_there_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    forge = desk.forge()
    proposal = desk.proposal(forge)
    desk.hub.fail("GET", "/pulls$", 0, times=20)
    with pytest.raises(ProviderError, match="GitHub did not answer") as caught:
        forge.propose(proposal)
    assert caught.value.code == "github-unreachable"
