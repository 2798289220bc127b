"""The check against GitHub's description: it is whole, and it finds what it should."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from github import GithubException
from github.Repository import Repository

from tests.standins.github.checking import Checker
from tests.standins.github.cut_openapi import OPERATIONS, cut
from tests.standins.github.description import description
from tests.standins.github.filling import Filler, Undocumented
from tests.standins.github.hub import Hub
from tests.standins.github.rest.everything import known

BASE = "http://127.0.0.1:1"


def test_all_that_is_described_is_answered() -> None:
    described = {each.name for each in description().operations}
    assert described == OPERATIONS == set(known())


def test_a_cut_of_the_cut_is_the_cut() -> None:
    document = description().document
    assert cut(document) == {**document, "info": cut(document)["info"]}


def test_every_component_can_be_filled() -> None:
    checker, filler = Checker(description()), Filler(description(), BASE)
    for name, schema in description().document["components"]["schemas"].items():
        assert checker.problems(schema, filler.least(schema)) == [], name


def test_a_filled_answer_keeps_what_is_known() -> None:
    schema = description().component("issue-comment")
    filled = Filler(description(), BASE).fill(schema, {"id": 7, "body": "text", "user": {"login": "ada"}})
    assert (filled["id"], filled["body"], filled["user"]["login"], filled["user"]["type"]) == (
        7,
        "text",
        "ada",
        "",
    )
    assert filled["url"].startswith(BASE)
    assert Checker(description()).problems(schema, filled) == []


def test_an_undescribed_field_is_noticed() -> None:
    with pytest.raises(Undocumented, match="colour"):
        Filler(description(), BASE).fill(description().component("label"), {"colour": "red"})


@pytest.mark.parametrize(
    ("method", "path", "operation", "parameters"),
    [
        ("GET", "git/ref/heads/a/b", "git/get-ref", {"ref": "heads/a/b"}),
        ("GET", "commits/a/b/status", "repos/get-combined-status-for-ref", {"ref": "a/b"}),
        ("GET", "statuses/abc", "repos/list-commit-statuses-for-ref", {"ref": "abc"}),
        ("GET", "commits/a/b", "repos/get-commit", {"ref": "a/b"}),
        ("GET", "branches/a%2Fb", "repos/get-branch", {"branch": "a/b"}),
        ("GET", "labels/verdict:%20a%2Fb", "issues/get-label", {"name": "verdict: a/b"}),
        ("PUT", "contents/a/b.txt", "repos/create-or-update-file-contents", {"path": "a/b.txt"}),
    ],
)
def test_paths_find_their_operation(
    method: str, path: str, operation: str, parameters: dict[str, str]
) -> None:
    found = description().find(method, f"/repos/acme/demo/{path}")
    assert found is not None
    assert (found[0].name, found[1]) == (operation, {"owner": "acme", "repo": "demo", **parameters})


def send(hub: Hub, method: str, tail: str, body: Any = None) -> requests.Response:
    headers = {"Authorization": f"Bearer {hub.token('ada')}"}
    return requests.request(method, f"{hub.url}/repos/acme/demo{tail}", json=body, headers=headers, timeout=5)


@pytest.mark.parametrize(
    ("method", "tail", "body", "status", "told"),
    [
        ("POST", "/git/blobs", {"content": 7}, 422, "content: 7 is not of type"),
        ("POST", "/git/blobs", None, 422, "body: missing"),
        ("POST", "/git/blobs", {"content": "x", "colour": "red"}, 201, "colour: not a property"),
        ("GET", "/pulls?colour=red", None, 200, "query colour: not a parameter"),
        ("GET", "/milestones", None, 404, "the stand-in knows no such operation"),
    ],
)
def test_what_is_not_allowed_is_a_violation(
    hub: Hub, method: str, tail: str, body: Any, status: int, told: str
) -> None:
    assert send(hub, method, tail, body).status_code == status
    (violation,) = hub.violations
    hub.violations.clear()
    assert violation.side == "request"
    assert told in violation.problems[0]


def test_bare_names_of_labels_are_a_gap_of_the_description(hub: Hub, bot: Repository) -> None:
    hub.push("work", {"a": "1"})
    bot.get_pull(hub.open_pull("work")).add_to_labels("a")
    assert hub.pulls[1].labels == ["a"]


def test_an_unknown_query_is_a_violation_in_graphql(hub: Hub, connect: Callable[..., Repository]) -> None:
    with pytest.raises(GithubException):
        connect(hub.token("ada")).requester.graphql_query("{ viewer { login } }", {})
    assert [each.operation for each in hub.violations] == ["graphql"]
    hub.violations.clear()


def test_what_is_no_json_is_refused(hub: Hub) -> None:
    headers = {"Authorization": f"token {hub.token('ada')}"}
    url = f"{hub.url}/repos/acme/demo/git/blobs"
    found = requests.post(url, b"{", headers=headers, timeout=5)
    assert (found.status_code, found.json()["message"]) == (400, "Problems parsing JSON")
