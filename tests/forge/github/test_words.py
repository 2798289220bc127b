from __future__ import annotations

import time
from typing import Any

import pytest
from github import GithubException, RateLimitExceededException
from github.GithubException import BadAttributeException

from runner.errors import ProviderError
from runner.forge.github.words import in_words, noted, said


def refused(error: Exception) -> ProviderError:
    with pytest.raises(ProviderError, match=r"^could not look") as caught, in_words("look"):
        raise error
    return caught.value


def test_all_that_github_says_is_said_once_on_one_line() -> None:
    details = [{"message": "Too long"}, "plain", {"field": "head", "code": "invalid"}, "not shown"]
    error = GithubException(422, {"message": "Validation\nFailed", "errors": details}, {})
    assert said(error) == "Validation\ufffdFailed; Too long; plain; head invalid"
    assert refused(error).code == "github-refused"


@pytest.mark.parametrize("data", [None, "<html>", [], {"message": None}, {"errors": "x"}])
def test_an_answer_without_a_reason_is_named_by_its_status(data: Any) -> None:
    assert said(GithubException(502, data, {})) == "GitHub answered 502"


def test_a_long_reason_is_cut() -> None:
    assert len(said(GithubException(500, {"message": "x" * 999}, {}))) == 300


@pytest.mark.parametrize(
    ("status", "code", "fix"),
    [
        (401, "github-token", "RUNNER_APP_TOKEN or GITHUB_TOKEN"),
        (403, "github-permission", "`permissions:`"),
        (404, "github-missing", "GITHUB_REPOSITORY"),
        (500, "github-failed", "nothing is lost"),
    ],
)
def test_every_refusal_says_what_to_do(status: int, code: str, fix: str) -> None:
    error = refused(GithubException(status, {"message": "No"}, {}))
    assert (error.code, error.exit_code) == (code, 4)
    assert fix in error.fix


def test_the_permission_that_is_missing_is_named_as_workflows_write_it() -> None:
    headers = {"X-Accepted-GitHub-Permissions": "pull_requests=write; contents=read,issues=write"}
    fix = refused(GithubException(403, {"message": "Resource not accessible"}, headers)).fix
    assert "`pull-requests: write` or `contents: read` or `issues: write`" in fix


def test_the_end_of_a_limit_is_told() -> None:
    for headers in ({"Retry-After": "90"}, {"X-RateLimit-Reset": str(int(time.time()) + 90)}):
        error = refused(RateLimitExceededException(403, {"message": "limit"}, headers))
        assert error.code == "github-rate-limit"
        assert time.strftime("%Y-%m-%d %H:%M", time.gmtime(time.time() + 90))[:-1] in error.fix
    assert "in some minutes" in refused(GithubException(429, {"message": "limit"}, {})).fix


def test_what_is_no_answer_at_all_is_told() -> None:
    assert refused(ConnectionError("secret token")).message == (
        "could not look: GitHub did not answer (ConnectionError)"
    )
    assert refused(BadAttributeException("x", int, None)).code == "github-answer"


def test_what_does_no_harm_becomes_a_note() -> None:
    def fail(error: Exception) -> None:
        raise error

    assert noted("It failed", lambda: None) == ()
    assert noted("It failed", lambda: fail(GithubException(422, {"message": "No."}, {}))) == (
        "It failed: No.",
    )
    assert noted("It failed", lambda: fail(OSError())) == ("It failed: GitHub did not answer.",)
