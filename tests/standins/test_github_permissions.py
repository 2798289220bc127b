"""Tokens: what each may do, and what each must not."""

from collections.abc import Callable

import pytest
from github import BadCredentialsException, GithubException, UnknownObjectException
from github.Repository import Repository

from tests.standins.github.hub import Hub

Act = Callable[[Hub, Repository], object]
Connect = Callable[..., Repository]


def status(hub: Hub, there: Repository) -> object:
    return there.get_commit(hub.tip()).create_status("success")


def dispatch(hub: Hub, there: Repository) -> object:
    """PyGithub's own method answers False where GitHub refuses."""
    told = {"event_type": "launch"}
    return there.requester.requestJsonAndCheck("POST", f"{there.url}/dispatches", input=told)


ACTS: dict[str, tuple[dict[str, str], Act]] = {
    "branch": ({"contents": "write"}, lambda hub, there: there.create_git_ref("refs/heads/new", hub.tip())),
    "tree": ({"contents": "read"}, lambda hub, there: there.get_git_tree("main")),
    "status": ({"contents": "read", "statuses": "write"}, status),
    "pull request": (
        {"pull-requests": "write"},
        lambda hub, there: there.create_pull(base="main", head="work", title="t"),
    ),
    "comment by issues": (
        {"issues": "write"},
        lambda hub, there: there.get_issue(1).create_comment("x"),
    ),
    "comment by pull requests": (
        {"pull-requests": "write"},
        lambda hub, there: there.get_issue(1).create_comment("x"),
    ),
    "check run": ({"checks": "write"}, lambda hub, there: there.create_check_run("c", hub.tip())),
    "dispatch": ({"contents": "write"}, dispatch),
    "environment": (
        {"actions": "read"},
        lambda hub, there: there.get_environment("production").protection_rules,
    ),
    "role": ({}, lambda hub, there: there.get_collaborator_permission("ada")),
}


@pytest.mark.parametrize("name", ACTS)
def test_each_act_needs_its_permission(hub: Hub, connect: Connect, name: str) -> None:
    permissions, act = ACTS[name]
    hub.push("other", {"a": "1"})
    hub.push("work", {"b": "1"})
    hub.open_pull("other")
    hub.require_reviewers("production")
    token = hub.job_token(permissions)
    assert act(hub, connect(token)) is not None
    for permission, level in permissions.items():
        hub.restrict(token, {**permissions, permission: "read" if level == "write" else "none"})
        with pytest.raises(GithubException) as refused:
            act(hub, connect(token))
        assert refused.value.status == 403
        assert refused.value.data["message"] == "Resource not accessible by integration"


def test_a_refusal_names_the_permission_in_a_header(hub: Hub, connect: Connect) -> None:
    there = connect(hub.job_token({}))
    with pytest.raises(GithubException) as refused:
        there.get_pulls()[0]
    assert refused.value.headers is not None
    assert refused.value.headers["x-accepted-github-permissions"] == "pull_requests=read"


def test_jobs_open_no_pull_requests_where_that_is_off(hub: Hub, connect: Connect, bot: Repository) -> None:
    hub.push("work", {"a": "1"})
    hub.repository.actions_may_open_pulls = False
    with pytest.raises(GithubException) as refused:
        connect(hub.job_token()).create_pull(base="main", head="work", title="t")
    told = "GitHub Actions is not permitted to create or approve pull requests."
    assert (refused.value.status, refused.value.data["message"]) == (403, told)
    assert bot.create_pull(base="main", head="work", title="t").number == 1


def test_what_a_job_opens_waits_for_a_person(hub: Hub, connect: Connect, bot: Repository) -> None:
    hub.push("work", {"a": "1"})
    hub.push("other", {"b": "1"})
    connect(hub.job_token()).create_pull(base="main", head="work", title="t")
    bot.create_pull(base="main", head="other", title="t")
    told = [(each.suppressed, each.awaits_approval) for each in hub.events if each.name == "pull_request"]
    assert told == [(True, True), (False, False)]


def test_a_token_for_a_fork_run_only_reads(hub: Hub, connect: Connect) -> None:
    there = connect(hub.job_token({"contents": "write", "statuses": "write"}, write=False))
    assert there.get_git_ref("heads/main").object.sha == hub.tip()
    with pytest.raises(GithubException) as refused:
        status(hub, there)
    assert refused.value.status == 403


def test_unknown_and_revoked_tokens_are_bad(hub: Hub, connect: Connect) -> None:
    token = hub.token("ada")
    there = connect(token)
    hub.revoke(token)
    with pytest.raises(BadCredentialsException):
        there.get_branch("main")


def test_strangers_see_nothing_of_a_private_repository(hub: Hub, connect: Connect) -> None:
    hub.collaborator("mallory", "none")
    with pytest.raises(UnknownObjectException):
        connect(hub.token("mallory"))


def test_readers_do_not_write(hub: Hub, connect: Connect) -> None:
    reader = connect(hub.token("eve", write=False))
    with pytest.raises(GithubException) as refused:
        reader.create_git_ref("refs/heads/new", hub.tip())
    assert refused.value.status == 403


def test_a_fine_grained_token_has_its_permissions_only(hub: Hub, connect: Connect) -> None:
    there = connect(hub.token("ada", permissions={"contents": "read"}))
    with pytest.raises(GithubException) as refused:
        there.create_git_ref("refs/heads/new", hub.tip())
    assert refused.value.data["message"] == "Resource not accessible by personal access token"


def test_a_protected_branch_is_for_admins(hub: Hub, bot: Repository, connect: Connect) -> None:
    hub.protect("main")
    new = hub.push("work", {"a": "1"})
    with pytest.raises(GithubException) as refused:
        bot.get_git_ref("heads/main").edit(new)
    assert refused.value.status == 422
    assert "Changes must be made through a pull request." in refused.value.data["message"]
    bot.get_pull(hub.open_pull("work")).merge()
    connect(hub.token("ada")).get_git_ref("heads/main").edit(new, force=True)


def test_workflow_files_need_a_permission_of_their_own(hub: Hub, connect: Connect) -> None:
    brought = hub.push("work", {".github/workflows/a.yml": "on: push\n"})
    token = hub.job_token()
    connect(token).create_git_ref("refs/heads/known", brought)
    hub.delete_branch("known")
    hub.delete_branch("work")
    with pytest.raises(GithubException) as refused:
        connect(token).create_git_ref("refs/heads/new", brought)
    assert "without `workflows` permission" in refused.value.data["message"]
    hub.restrict(token, {"contents": "write", "workflows": "write"})
    connect(token).create_git_ref("refs/heads/new", brought)
