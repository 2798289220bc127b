"""Comments on pull requests: who may ask, what is done, and what a stranger's pull request cannot do."""

import pytest

from runner.errors import InputError
from runner.workflows.chatting import read_comment
from runner.workflows.event import Event
from tests.pipeline.office import SLOW, job
from tests.standins.github.world import Event as Happening
from tests.workflows.works import Works

ASKED = "[policy]\nsecrets = ['ALLOWED']\n"


@pytest.fixture
def proposed(works: Works) -> int:
    """A pull request from a branch of the repository that adds a job."""
    works.push({"runner.toml": works.settings(), "jobs/old.yaml": job("old")})
    works.push({"jobs/greet.yaml": job("greet")}, branch="topic")
    works.push({"jobs/later.yaml": job("later")})
    return works.hub.open_pull("topic")


def reactions(works: Works, number: int) -> list[str]:
    return [content for one in works.hub.comments_on(number) for _, content in one.reactions]


def test_a_plan_is_shown_of_what_the_pull_request_changes(works: Works, proposed: int) -> None:
    seen = len(works.hub.calls())
    assert works.comment(proposed, "/plan\r\n\r\nPlease.") == 0
    (reply,) = works.replies(proposed)
    head = works.hub.tip("topic")
    assert f"@ada the plan of [`{head[:12]}`]({works.hub.url}/acme/demo/commit/{head}):" in reply
    assert "#### `greet` (Command, `jobs/greet.yaml`)" in reply
    assert "**At most \\$" in reply
    assert "`old`" not in reply
    assert "`later`" not in reply
    assert reactions(works, proposed) == ["eyes"]
    assert works.entries() == []
    assert len(works.hub.calls()) - seen <= 7


def test_a_run_is_of_the_head_and_proposes_nothing(works: Works, proposed: int) -> None:
    assert works.comment(proposed, "/run --set spec.seed=7") == 0
    comment = works.hub.comments_on(proposed)[0]
    (entry,) = works.entries()
    assert (entry.job, entry.base, entry.thread) == ("greet", works.hub.tip("topic"), f"pull/{proposed}")
    assert (entry.request, entry.publish, entry.overrides) == (
        f"comment {comment.id}",
        False,
        ("spec.seed=7",),
    )
    (reply,) = works.replies(proposed)
    assert f"from [`{entry.base[:12]}`]" in reply
    assert f"runner cancel {entry.run}" in reply
    assert "Nothing is proposed from the head of a pull request" in reply
    assert works.hear(works.hub.events[-1]) == 0
    works.plane.release()
    works.await_end()
    assert works.collect() == 0
    assert len(works.hub.pulls) == 1
    assert "**Verdict: undecided.**" in works.replies(proposed)[-1]
    assert "<summary>The whole report</summary>" in works.replies(proposed)[-1]
    assert len(works.entries()) == 1


def test_the_same_comment_delivered_twice_is_one_run_and_one_reply(works: Works, proposed: int) -> None:
    works.comment(proposed, "/run greet")
    told = next(event for event in works.hub.events if event.name == "issue_comment")
    assert works.hear(told) == 0
    assert len(works.entries()) == 1
    (reply,) = works.replies(proposed)
    assert "1 run was launched before" in reply


def test_runs_are_ended_and_tried_again_by_comment(works: Works) -> None:
    works.push({"runner.toml": works.settings()})
    works.push({"jobs/long.yaml": job("long", SLOW)}, branch="topic")
    number = works.hub.open_pull("topic")
    works.plane.release()
    for line in ("/cancel", "/retry"):
        works.comment(number, line)
        assert "no run was launched from this pull request" in works.replies(number)[-1]
    works.comment(number, "/run")
    (entry,) = works.entries()
    assert works.comment(number, "/cancel") == 0
    assert works.entries()[0].outcome == "cancelled"
    said = [body for body in works.replies(number) if "was cancelled" in body and "/retry" in body]
    assert said
    works.comment(number, "/cancel")
    assert "every run that was launched from this pull request has ended" in works.replies(number)[-1]
    works.plane.hold("*")
    assert works.comment(number, f"/retry {entry.run}") == 0
    assert f"the run `{entry.run}` of `long` goes on at modal" in works.replies(number)[-1]
    assert (works.entries()[0].state, works.entries()[0].retries) == ("running", 1)


def test_somebody_who_may_not_write_gets_a_reaction_and_nothing_else(works: Works, proposed: int) -> None:
    works.hub.collaborator("eve", "read")
    for body in ("/run", "/plan", "/cancel latest", "/retry", "/runn"):
        assert works.comment(proposed, body, login="eve") == 0
    assert works.replies(proposed) == []
    assert reactions(works, proposed) == ["confused"] * 5
    assert works.entries() == []


def test_what_is_not_ours_what_was_edited_a_bot_and_an_issue_are_left_alone(
    works: Works, proposed: int
) -> None:
    seen = len(works.hub.calls())
    for body in ("/rebase", "Try /run", "Looks good."):
        assert works.comment(proposed, body) == 0
    works.hub.comment(proposed, "/run")
    told = works.hub.events[-1]
    bot = {**told.payload["comment"], "user": {"login": "helper[bot]", "type": "Bot"}}
    issue = {name: value for name, value in told.payload["issue"].items() if name != "pull_request"}
    edited, gone = ({"action": action} for action in ("edited", "deleted"))
    for change in (edited, gone, {"comment": bot}, {"issue": issue}):
        payload = {**told.payload, **change}
        assert works.hear(Happening(told.name, payload, False, told.repository, told.sha, told.ref)) == 0
    assert len(works.hub.calls()) == seen
    with pytest.raises(InputError, match="a chat is about comments"):
        read_comment(Event(name="push", payload={}))


def test_what_is_misspelt_is_answered_with_how_it_is_written(works: Works, proposed: int) -> None:
    works.comment(proposed, "/run --upload-pack=touch$IFS/tmp/x greet")
    assert "is no option of /run" in works.replies(proposed)[-1]
    assert "/run [JOB…] [--set PATH=VALUE]…" in works.replies(proposed)[-1]
    works.comment(proposed, "/run gret")
    assert "there is no manifest gret" in works.replies(proposed)[-1]
    assert "did you mean greet?" in works.replies(proposed)[-1]
    assert works.entries() == []


def test_a_pull_request_from_elsewhere_is_run_only_at_the_commit_that_is_named(works: Works) -> None:
    works.push({"runner.toml": works.settings()})
    works.hub.fork("eve", {"jobs/greet.yaml": job("greet")}, branch="topic")
    number = works.hub.open_pull("eve:topic", login="eve")
    looked_at = works.hub.pulls[number].head_sha
    works.comment(number, "/run --set 'spec.env.A=b c'")
    line = f"/run --set 'spec.env.A=b c' {looked_at}"
    assert f"\n{line}\n" in works.replies(number)[-1]
    assert works.entries() == []
    fork = works.hub.fork_of("eve")
    works.hub.push("topic", {"jobs/greet.yaml": job("greet", "[curl, evil]")}, login="eve", repository=fork)
    works.comment(number, line)
    assert f"is not {looked_at[:12]}: look at it once more" in works.replies(number)[-1]
    assert works.entries() == []
    head = works.hub.pulls[number].head_sha
    assert f"\n/run --set 'spec.env.A=b c' {head}\n" in works.replies(number)[-1]
    works.comment(number, f"/run {head[:12]}")
    assert works.entries() == []
    works.comment(number, f"/run {head}")
    assert [(entry.base, entry.publish) for entry in works.entries()] == [(head, False)]


def test_settings_and_policy_are_never_those_of_the_pull_request(works: Works) -> None:
    works.push({"runner.toml": works.settings(ASKED)})
    lax = {"runner.toml": works.settings(), "jobs/greet.yaml": job("greet", secrets="[MODAL_TOKEN]")}
    works.push(lax, branch="topic")
    number = works.hub.open_pull("topic")
    works.comment(number, "/run")
    assert "MODAL\\_TOKEN" in works.replies(number)[-1] or "MODAL_TOKEN" in works.replies(number)[-1]
    works.push({"jobs/greet.yaml": job("greet")}, branch="topic")
    works.comment(number, "/run --set spec.secrets=[MODAL_TOKEN]")
    assert "job was not launched" in works.replies(number)[-1]
    assert works.entries() == []


def test_what_needs_an_approval_is_not_launched_from_a_comment(works: Works) -> None:
    works.push({"runner.toml": works.settings("[policy.approval]\nusd = 0.0\n")})
    works.push({"jobs/greet.yaml": job("greet")}, branch="topic")
    number = works.hub.open_pull("topic")
    works.comment(number, "/run")
    assert "What waits for approval is not launched from a comment" in works.replies(number)[-1]
    assert works.entries() == []


def test_files_where_ours_are_keep_a_pull_request_from_being_looked_at(works: Works) -> None:
    works.push({"runner.toml": works.settings()})
    works.push(
        {"jobs/greet.yaml": job("greet"), ".runner/ledger.git/commondir": "../../evil"}, branch="$(id)"
    )
    number = works.hub.open_pull("$(id)")
    for line in ("/plan", "/run"):
        works.comment(number, line)
        assert "where the runner keeps its own" in works.replies(number)[-1]
    assert works.entries() == []


def test_a_closed_pull_request_launches_nothing(works: Works, proposed: int) -> None:
    works.hub.close_pull(proposed)
    works.comment(proposed, "/run")
    assert "the pull request is closed" in works.replies(proposed)[-1]
    assert works.entries() == []


def test_a_provider_that_fails_is_said_in_the_reply(works: Works, proposed: int) -> None:
    works.plane.fail("AppPublish", status="FAILED_PRECONDITION", caller="client", times=9)
    works.comment(proposed, "/run")
    assert "**not launched**: Modal" in works.replies(proposed)[-1]
