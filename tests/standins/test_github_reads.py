"""Everything else that can be read, so that every operation has been checked against the description."""

from collections.abc import Callable

import pytest
from github import GithubException, UnknownObjectException
from github.Repository import Repository

from tests.standins.github.hub import Hub

Connect = Callable[..., Repository]


@pytest.fixture
def number(hub: Hub) -> int:
    hub.push("work", {"a": "1"})
    return hub.open_pull("work", title="Work", body="text")


def test_what_a_pull_request_holds(hub: Hub, bot: Repository, number: int) -> None:
    pull = bot.get_pull(number)
    assert [each.sha for each in pull.get_commits()] == [hub.tip("work")]
    assert not pull.is_merged()
    pull.edit(title="Works", base="main")
    assert (hub.pulls[number].title, hub.events[-1].payload["action"]) == ("Works", "edited")
    hub.push("next", {"b": "1"})
    pull.edit(base="next", state="closed")
    assert (hub.pulls[number].base, hub.pulls[number].state) == ("next", "closed")


def test_labels_of_the_repository(bot: Repository, number: int) -> None:
    made = bot.create_label("verdict: pass", "00FF00", "All gates hold")
    issue = bot.get_issue(number)
    issue.add_to_labels(made)
    told = [(each.name, each.color, each.description) for each in bot.get_labels()]
    assert told == [("verdict: pass", "00ff00", "All gates hold")]
    assert bot.get_label("Verdict: Pass").name == "verdict: pass"
    assert [each.name for each in issue.get_labels()] == ["verdict: pass"]
    with pytest.raises(UnknownObjectException):
        bot.get_label("none")


def test_issues_lose_assignees_and_comments(hub: Hub, bot: Repository, number: int) -> None:
    issue = bot.get_issue(number)
    issue.add_to_assignees("ada")
    issue.remove_from_assignees("ada")
    issue.create_comment("gone").delete()
    issue.edit(title="Title", state="closed")
    assert (hub.pulls[number].assignees, hub.comments, hub.pulls[number].state) == ([], [], "closed")
    with pytest.raises(GithubException) as refused:
        issue.edit(assignees=["nobody-we-know"])
    assert refused.value.data["errors"][0]["field"] == "assignees"


def test_commits_blobs_and_checks(hub: Hub, bot: Repository, number: int) -> None:
    assert [each.commit.message for each in bot.get_commits(sha="work")] == ["Change", "Begin"]
    assert [each.filename for each in bot.get_commit("work").files] == ["a"]
    (entry,) = (each for each in bot.get_git_tree("work").tree if each.path == "a")
    assert bot.get_git_blob(entry.sha).content == "MQ==\n"
    check = bot.create_check_run("runner", hub.tip(), external_id="r1")
    assert bot.get_check_run(check.id).external_id == "r1"
    for read in (bot.get_git_blob, bot.get_git_tree, bot.get_branch):
        with pytest.raises(UnknownObjectException):
            read("1" * 40)


def test_accounts_and_limits(hub: Hub, connect: Connect) -> None:
    there = connect(hub.token("grace"))
    found = there.requester.requestJsonAndCheck("GET", "/user")[1]
    assert (found["login"], found["type"]) == ("grace", "User")
    assert there.requester.requestJsonAndCheck("GET", "/users/ada")[1]["login"] == "ada"
    limits = there.requester.requestJsonAndCheck("GET", "/rate_limit")[1]
    assert limits["rate"]["limit"] == 5000
    with pytest.raises(GithubException) as refused:
        connect(hub.job_token()).requester.requestJsonAndCheck("GET", "/user")
    assert refused.value.data["message"] == "Resource not accessible by integration"


def test_a_fork_tells_its_parent(hub: Hub, connect: Connect) -> None:
    hub.fork("eve")
    there = connect(hub.token("eve"), name="eve/demo")
    assert (there.fork, there.parent.full_name, there.permissions.admin) == (True, "acme/demo", True)


def test_an_environment_tells_whom_it_asks(hub: Hub, bot: Repository) -> None:
    hub.require_reviewers("production", "ada", "grace")
    hub.require_reviewers("a/b")
    found = bot.get_environment("production")
    (rule,) = found.protection_rules
    assert (found.name, rule.type) == ("production", "required_reviewers")
    assert [each.reviewer.login for each in rule.reviewers] == ["ada", "grace"]
    assert bot.get_environment("a/b").protection_rules == []
    with pytest.raises(UnknownObjectException):
        bot.get_environment("none").name  # noqa: B018 - PyGithub asks when it is read
