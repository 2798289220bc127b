"""Comments, reactions, statuses, check runs, roles."""

from collections.abc import Callable

import pytest
from github import GithubException
from github.Repository import Repository

from tests.standins.github.hub import Hub


@pytest.fixture
def number(hub: Hub) -> int:
    hub.push("work", {"a": "1"})
    return hub.open_pull("work")


def test_a_comment_is_edited_in_place(hub: Hub, bot: Repository, number: int) -> None:
    issue = bot.get_issue(number)
    first = issue.create_comment("<!-- runner:plan -->\nplan")
    hub.comment(number, "Thanks!", "grace")
    first.edit("<!-- runner:plan -->\nnew plan")
    told = [(each.user.login, each.body) for each in issue.get_comments()]
    assert told == [("runner[bot]", "<!-- runner:plan -->\nnew plan"), ("grace", "Thanks!")]
    assert [each.body for each in hub.comments_on(number)] == [body for _, body in told]


def test_a_comment_has_its_limit(bot: Repository, number: int) -> None:
    with pytest.raises(GithubException) as refused:
        bot.get_issue(number).create_comment("x" * 65537)
    assert refused.value.data["errors"][0]["message"] == "body is too long (maximum is 65536 characters)"


def test_others_comments_are_theirs(hub: Hub, connect: Callable[..., Repository], number: int) -> None:
    comment = hub.comment(number, "Mine")
    reader = connect(hub.token("mallory", write=False))
    with pytest.raises(GithubException) as refused:
        reader.get_issue(number).get_comment(comment.id).edit("Not yours")
    assert refused.value.status == 403


def test_many_comments_come_in_pages(hub: Hub, bot: Repository, number: int) -> None:
    for each in range(65):
        hub.comment(number, str(each))
    before = len(hub.requests)
    told = [each.body for each in bot.get_issue(number).get_comments()]
    assert told == [str(each) for each in range(65)]
    assert [each.operation for each in hub.requests[before:]] == ["issues/get"] + ["issues/list-comments"] * 3


def test_a_reaction_is_given_once(hub: Hub, bot: Repository, number: int) -> None:
    comment = hub.comment(number, "/plan")
    there = bot.get_issue(number).get_comment(comment.id)
    there.create_reaction("eyes")
    there.create_reaction("eyes")
    assert comment.reactions == [("runner[bot]", "eyes")]
    assert [each.content for each in there.get_reactions()] == ["eyes"]


def test_comments_on_commits(hub: Hub, bot: Repository) -> None:
    commit = bot.get_commit(hub.tip())
    made = commit.create_comment("started")
    made.edit("finished")
    assert [each.body for each in commit.get_comments()] == ["finished"]
    assert [(each.sha, each.login) for each in hub.commit_comments] == [(hub.tip(), "runner[bot]")]


def test_the_last_status_of_a_context_counts(hub: Hub, bot: Repository) -> None:
    commit = bot.get_commit(hub.tip())
    commit.create_status("failure", context="runner/plan", description="1 error")
    commit.create_status(
        "success", context="runner/plan", description="fine", target_url="https://example.org"
    )
    commit.create_status("success", context="ci")
    combined = commit.get_combined_status()
    assert (combined.state, sorted(each.context for each in combined.statuses)) == (
        "success",
        ["ci", "runner/plan"],
    )
    assert [each.state for each in commit.get_statuses()] == ["success", "success", "failure"]


@pytest.mark.parametrize(
    ("sha", "description", "told"),
    [
        (None, "x" * 141, "description is too long (maximum is 140 characters)"),
        ("1" * 40, "fine", f"No commit found for SHA: {'1' * 40}"),
    ],
)
def test_statuses_that_cannot_be_are_refused(
    hub: Hub, bot: Repository, sha: str | None, description: str, told: str
) -> None:
    commit = bot.get_commit(hub.tip())
    with pytest.raises(GithubException) as refused:
        commit.requester.requestJsonAndCheck(
            "POST",
            f"{bot.url}/statuses/{sha or commit.sha}",
            input={"state": "success", "description": description},
        )
    data = refused.value.data
    assert (refused.value.status, (data.get("errors") or [data])[0]["message"]) == (422, told)


def test_check_runs_are_for_apps(hub: Hub, bot: Repository, connect: Callable[..., Repository]) -> None:
    made = bot.create_check_run("runner", hub.tip(), status="in_progress")
    made.edit(conclusion="success", output={"title": "t", "summary": "s"})
    (found,) = bot.get_commit(hub.tip()).get_check_runs()
    assert (found.status, found.conclusion, found.output.summary) == ("completed", "success", "s")
    with pytest.raises(GithubException) as refused:
        connect(hub.token("ada")).create_check_run("runner", hub.tip())
    assert refused.value.data["message"] == "You must authenticate via a GitHub App."


def test_roles_are_told_by_login(hub: Hub, bot: Repository) -> None:
    hub.collaborator("keeper", "maintain")
    hub.token("eve", write=False)
    told = {login: bot.get_collaborator_permission(login) for login in ("ada", "keeper", "eve", "acme")}
    assert told == {"ada": "admin", "keeper": "write", "eve": "read", "acme": "admin"}
    assert bot.get_collaborator_role_name("keeper") == "maintain"
    with pytest.raises(GithubException) as refused:
        bot.get_collaborator_permission("nobody-we-know")
    assert (refused.value.status, refused.value.data["message"]) == (404, "nobody-we-know is not a user")
