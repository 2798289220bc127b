"""Pull requests: opened, found, drafted, merged, closed, reopened, from forks."""

from collections.abc import Callable

import pytest
from github import GithubException
from github.Repository import Repository

from tests.standins.github.hub import Hub


def message(refused: pytest.ExceptionInfo[GithubException]) -> str:
    """What GitHub says, as far inside as it says it."""
    errors = refused.value.data.get("errors") or [{}]
    return f"{refused.value.status} {errors[0].get('message') or refused.value.data['message']}"


def test_a_pull_request_is_found_by_its_branch(hub: Hub, bot: Repository) -> None:
    hub.push("runner/skirmish", {"weights": "1"})
    made = bot.create_pull(base="main", head="runner/skirmish", title="Skirmish", body="text", draft=True)
    assert (made.number, made.draft, made.user.login) == (1, True, "runner[bot]")
    assert made.raw_data["mergeable"] is None, "GitHub looks into it later"
    (found,) = bot.get_pulls(state="all", head="acme:runner/skirmish")
    assert (found.number, found.body, found.head.sha) == (1, "text", hub.tip("runner/skirmish"))
    assert list(bot.get_pulls(state="all", head="acme:other")) == []
    assert [each.number for each in bot.get_pulls(head="runner/other")] == [1], "without owner it is ignored"


def test_pull_requests_that_cannot_be_are_refused(hub: Hub, bot: Repository) -> None:
    hub.push("work", {"a": "1"})
    hub.push("same", {"b": "1"})
    hub.open_pull("work")
    for head, base, title, told in (
        ("work", "main", "t", "422 A pull request already exists for acme:work."),
        ("gone", "main", "t", "422 Validation Failed"),
        ("work", "gone", "t", "422 Validation Failed"),
        ("main", "work", "t", "422 No commits between work and main"),
        ("same", "main", "x" * 257, "422 title is too long (maximum is 256 characters)"),
    ):
        with pytest.raises(GithubException) as refused:
            bot.create_pull(base=base, head=head, title=title)
        assert message(refused) == told


def test_a_body_has_its_limit(hub: Hub, bot: Repository) -> None:
    hub.push("work", {"a": "1"})
    pull = bot.get_pull(hub.open_pull("work"))
    pull.edit(body="x" * 65536)
    with pytest.raises(GithubException) as refused:
        pull.edit(body="x" * 65537)
    assert message(refused) == "422 body is too long (maximum is 65536 characters)"


def test_drafts_change_both_ways(hub: Hub, bot: Repository) -> None:
    hub.push("work", {"a": "1"})
    pull = bot.get_pull(hub.open_pull("work", draft=True))
    pull.mark_ready_for_review()
    assert (pull.draft, hub.pulls[1].draft) == (False, False)
    pull.convert_to_draft()
    assert (pull.draft, hub.pulls[1].draft) == (True, True)
    actions = [each.payload.get("action") for each in hub.events if each.name == "pull_request"]
    assert actions == ["opened", "ready_for_review", "converted_to_draft"]
    assert hub.calls()[-2:] == ["graphql/markPullRequestReadyForReview", "graphql/convertPullRequestToDraft"]


@pytest.mark.parametrize("lacking", ["contents", "pull-requests"])
def test_drafts_need_two_permissions(hub: Hub, connect: Callable[..., Repository], lacking: str) -> None:
    hub.push("work", {"a": "1"})
    token = hub.job_token({"contents": "write", "pull-requests": "write", lacking: "read"})
    pull = connect(token).get_pull(hub.open_pull("work"))
    with pytest.raises(GithubException) as refused:
        pull.convert_to_draft()
    assert refused.value.data["errors"][0]["type"] == "FORBIDDEN"


def test_a_merge_lands_the_files(hub: Hub, bot: Repository) -> None:
    hub.push("work", {"a": "1"})
    hub.push("main", {"b": "2"})
    pull = bot.get_pull(hub.open_pull("work"))
    assert (pull.mergeable, pull.mergeable_state) == (True, "clean")
    commit = hub.merge_pull(1)
    assert (hub.read("a"), hub.read("b"), hub.tip()) == (b"1", b"2", commit)
    pull.update()
    assert (pull.merged, pull.state, pull.merge_commit_sha, pull.merged_by.login) == (
        True,
        "closed",
        commit,
        "ada",
    )
    assert pull.is_merged()
    assert [each.number for each in bot.get_commit(commit).get_pulls()] == [1]
    assert [each.number for each in bot.get_commit(pull.head.sha).get_pulls()] == [1]


def test_a_squash_is_one_commit(hub: Hub, bot: Repository) -> None:
    hub.push("work", {"a": "1"}, "First")
    hub.push("work", {"a": "2"}, "Second")
    hub.open_pull("work", title="Both")
    before = hub.tip()
    commit = bot.get_commit(hub.merge_pull(1, "squash"))
    assert commit.commit.message == "Both (#1)\n\n* First\n\n* Second"
    assert [parent.sha for parent in commit.parents] == [before]
    assert [each.number for each in commit.get_pulls()] == [1]
    push, closed = hub.events[-2:]
    assert (push.payload["before"], push.payload["after"]) == (before, commit.sha)
    assert (closed.payload["action"], closed.payload["pull_request"]["merged"]) == ("closed", True)


def test_a_pushed_merge_merges_the_pull_request(hub: Hub, bot: Repository) -> None:
    hub.push("work", {"a": "1"})
    hub.open_pull("work")
    bot.get_git_ref("heads/main").edit(hub.tip("work"))
    assert hub.pulls[1].merged


def test_conflicts_and_drafts_are_not_merged(hub: Hub, bot: Repository) -> None:
    hub.push("work", {"a": "1"})
    hub.push("main", {"a": "2"})
    pull = bot.get_pull(hub.open_pull("work"))
    assert (pull.mergeable, pull.mergeable_state) == (False, "dirty")
    with pytest.raises(GithubException) as refused:
        pull.merge()
    assert message(refused) == "405 Pull Request is not mergeable"
    hub.push("draft", {"b": "1"})
    with pytest.raises(GithubException) as refused:
        bot.get_pull(hub.open_pull("draft", draft=True)).merge()
    assert message(refused) == "405 Pull Request is still a draft"
    with pytest.raises(GithubException) as refused:
        pull.merge(sha=hub.tip())
    assert refused.value.status == 409


def test_a_branch_that_is_deleted_closes_its_pull_request_for_good(hub: Hub, bot: Repository) -> None:
    hub.push("work", {"a": "1"})
    hub.open_pull("work")
    hub.delete_branch("work")
    pull = bot.get_pull(1)
    assert (pull.state, pull.merged) == ("closed", False)
    with pytest.raises(GithubException) as refused:
        pull.edit(state="open")
    assert message(refused) == "422 state cannot be changed. The work branch has been deleted."


def test_a_closed_pull_request_keeps_its_head_until_it_is_reopened(hub: Hub, bot: Repository) -> None:
    first = hub.push("work", {"a": "1"})
    hub.close_pull(hub.open_pull("work"))
    second = hub.push("work", {"a": "2"})
    assert bot.get_pull(1).head.sha == first
    hub.reopen_pull(1)
    assert bot.get_pull(1).head.sha == second


def test_a_closed_pull_request_over_a_rewritten_branch_stays_closed(hub: Hub, bot: Repository) -> None:
    hub.push("work", {"a": "1"})
    hub.close_pull(hub.open_pull("work"))
    other = hub.push("other", {"a": "2"})
    bot.get_git_ref("heads/work").edit(other, force=True)
    with pytest.raises(GithubException) as refused:
        bot.get_pull(1).edit(state="open")
    assert message(refused).endswith("branch was force-pushed or recreated.")


def test_a_pull_request_from_a_fork(hub: Hub, bot: Repository) -> None:
    fork = hub.fork("eve", {"jobs/evil.yaml": "x"}, branch="try")
    pull = bot.get_pull(hub.open_pull("eve:try", login="eve"))
    assert (pull.head.repo.full_name, pull.head.repo.fork, pull.base.repo.full_name) == (
        "eve/demo",
        True,
        "acme/demo",
    )
    assert (pull.head.label, pull.user.login, [each.filename for each in pull.get_files()]) == (
        "eve:try",
        "eve",
        ["jobs/evil.yaml"],
    )
    moved = hub.push("try", {"jobs/worse.yaml": "y"}, login="eve", repository=fork)
    assert hub.events[-1].payload["action"] == "synchronize"
    assert hub.events[-1].payload["after"] == moved
    assert hub.events[-1].repository == "acme/demo"
    assert bot.get_git_ref("pull/1/head").object.sha == moved
    merged = bot.get_git_commit(bot.get_git_ref("pull/1/merge").object.sha)
    assert [parent.sha for parent in merged.parents] == [hub.tip(), moved]


def test_labels_and_assignees(hub: Hub, bot: Repository) -> None:
    hub.collaborator("grace")
    hub.push("work", {"a": "1"})
    pull = bot.get_pull(hub.open_pull("work"))
    pull.add_to_labels("runner", "verdict: pass")
    pull.set_labels("runner", "verdict: fail")
    pull.remove_from_labels("runner")
    pull.as_issue().add_to_assignees("grace", "nobody-we-know")
    found = bot.get_issue(1)
    assert [each.name for each in found.labels] == ["verdict: fail"]
    assert [each.login for each in found.assignees] == ["grace"]
    assert sorted(hub.labels) == ["runner", "verdict: fail", "verdict: pass"]
    found.edit(labels=["a"], assignees=[])
    assert (hub.pulls[1].labels, hub.pulls[1].assignees) == (["a"], [])
    with pytest.raises(GithubException) as refused:
        bot.create_label("A", "00ff00")
    assert refused.value.data["errors"][0]["code"] == "already_exists"


def test_reviews_are_asked_of_collaborators_only(hub: Hub, bot: Repository) -> None:
    hub.collaborator("grace")
    hub.team("reviewers")
    hub.push("work", {"a": "1"})
    pull = bot.get_pull(hub.open_pull("work"))
    pull.create_review_request(reviewers=["grace"], team_reviewers=["reviewers"])
    assert (hub.pulls[1].reviewers, hub.pulls[1].team_reviewers) == (["grace"], ["reviewers"])
    for login, told in (
        ("mallory", "422 Reviews may only be requested from collaborators."),
        ("ada", "422 Review cannot be requested from pull request author."),
    ):
        with pytest.raises(GithubException) as refused:
            pull.create_review_request(reviewers=[login])
        assert message(refused).startswith(told)
