"""Requests that are told to go wrong, and what PyGithub makes of them."""

import time
from collections.abc import Callable

import pytest
import requests
from github import GithubException, GithubRetry, RateLimitExceededException
from github.Repository import Repository

from tests.standins.github.hub import Hub

Connect = Callable[..., Repository]


def statuses(hub: Hub, operation: str) -> list[int]:
    return [each.status for each in hub.requests if each.operation == operation]


def test_a_server_error_before_the_effect_is_repeated(hub: Hub, connect: Connect) -> None:
    there = connect(hub.token("ada"), retry=GithubRetry(total=3, backoff_factor=0))
    hub.fail("POST", r"/issues/\d+/comments$", 502, times=2)
    hub.push("work", {"a": "1"})
    there.get_issue(hub.open_pull("work")).create_comment("once")
    assert [each.body for each in hub.comments] == ["once"]
    assert statuses(hub, "issues/create-comment") == [502, 502, 201]


def test_a_server_error_after_the_effect_hides_it(hub: Hub, bot: Repository) -> None:
    hub.push("work", {"a": "1"})
    hub.fail("POST", "/pulls$", 502, when="after", body="<html>Unicorn!</html>")
    with pytest.raises(GithubException) as failed:
        bot.create_pull(base="main", head="work", title="t")
    assert failed.value.status == 502
    assert [each.title for each in hub.pulls.values()] == ["t"]
    assert statuses(hub, "pulls/create") == [502]


def test_a_connection_is_dropped(hub: Hub, bot: Repository) -> None:
    hub.fail("POST", "/git/refs$", 0, when="after")
    with pytest.raises(requests.ConnectionError):
        bot.create_git_ref("refs/heads/new", hub.tip())
    assert hub.tip("new") == hub.tip()
    assert statuses(hub, "git/create-ref") == [0]


def test_an_answer_is_late(hub: Hub, bot: Repository) -> None:
    hub.fail("GET", "/git/ref/heads/main$", None, delay=0.2)
    started = time.monotonic()
    assert bot.get_git_ref("heads/main").object.sha == hub.tip()
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize("status", [403, 429])
def test_the_secondary_limit_is_waited_for(hub: Hub, connect: Connect, status: int) -> None:
    retry = GithubRetry(total=2, status_forcelist=[403, 429])
    there = connect(hub.token("ada"), retry=retry)
    hub.slow_down("GET", "/git/ref/", retry_after=0, status=status)
    assert there.get_git_ref("heads/main").object.sha == hub.tip()
    assert statuses(hub, "git/get-ref") == [status, 200]


def test_the_hourly_limit_tells_when_it_ends(hub: Hub, connect: Connect) -> None:
    token = hub.token("ada")
    there = connect(token)
    hub.exhaust(token, 60)
    with pytest.raises(RateLimitExceededException) as refused:
        there.get_branch("main")
    headers = refused.value.headers or {}
    assert headers["x-ratelimit-remaining"] == "0"
    assert 55 <= int(headers["x-ratelimit-reset"]) - time.time() <= 62


def test_requests_are_counted_against_the_limit(hub: Hub, connect: Connect) -> None:
    there = connect(hub.job_token())
    there.get_branch("main")
    remaining, limit = there.requester.rate_limiting
    assert (remaining, limit) == (998, 1000)


def test_a_fault_of_git_is_one_too(hub: Hub) -> None:
    hub.fail("GET", r"\.git/info/refs", 503)
    found = requests.get(f"{hub.url}/acme/demo.git/info/refs?service=git-upload-pack", timeout=5)
    assert found.status_code == 503


def test_something_happens_just_before_a_request(hub: Hub, bot: Repository) -> None:
    hub.push("work", {"a": "1"})
    reference = bot.get_git_ref("heads/work")
    mine, theirs = hub.push("mine", {"a": "2"}), []
    hub.meanwhile("PATCH", "/git/refs/", lambda: theirs.append(hub.push("work", {"b": "1"})))
    with pytest.raises(GithubException) as refused:
        reference.edit(mine)
    assert refused.value.data["message"] == "Update is not a fast forward"
    assert [hub.tip("work")] == theirs
