from __future__ import annotations

import pytest

from runner.errors import ProviderError
from runner.forge.github.comments import (
    find_pull,
    living_comment,
    living_commit_comment,
    may_write,
    react,
    reply,
    said_by_people,
    set_status,
)
from tests.forge.github.conftest import Desk


@pytest.fixture
def number(desk: Desk) -> int:
    """A person's pull request."""
    desk.hub.push("topic", {"x": "x"})
    return desk.hub.open_pull("topic")


def bodies(desk: Desk, number: int) -> list[str]:
    return [comment.body for comment in desk.hub.comments_on(number)]


def test_one_comment_for_each_topic_is_written_and_then_changed(desk: Desk, number: int) -> None:
    hub = desk.client()
    for text in ("one", "two", "two"):
        living_comment(hub, number, "plan", text)
    living_comment(hub, number, "other", "three")
    assert bodies(desk, number) == ["<!-- runner:plan -->\ntwo", "<!-- runner:other -->\nthree"]
    assert desk.hub.calls().count("issues/update-comment") == 1


def test_what_people_said_is_read_as_they_wrote_it_first(desk: Desk, number: int) -> None:
    desk.hub.comment(number, "one", "eve")
    desk.hub.comment(number, "two").updated_at = "2099-01-01T00:00:00Z"
    living_comment(desk.client(), number, "plan", "three")
    desk.hub.comment(number, "four")
    said = said_by_people(desk.client(), number)
    assert [(one.login, one.body) for one in said] == [("eve", "one"), ("ada", "four")]


def test_a_person_s_comment_with_our_watermark_is_left_alone(desk: Desk, number: int) -> None:
    theirs = "<!-- runner:plan -->\nmine"
    desk.hub.comment(number, theirs)
    living_comment(desk.client(), number, "plan", "ours")
    assert bodies(desk, number) == [theirs, "<!-- runner:plan -->\nours"]


def test_with_a_person_s_token_only_their_own_comment_is_changed(desk: Desk, number: int) -> None:
    desk.hub.comment(number, "<!-- runner:plan -->\nanother's", login="ada")
    desk.act_with(desk.hub.token("grace"), in_workflow=False)
    hub = desk.client()
    living_comment(hub, number, "plan", "one")
    living_comment(hub, number, "plan", "two")
    assert [body.split("\n")[1] for body in bodies(desk, number)] == ["another's", "two"]
    assert desk.hub.calls().count("users/get-authenticated") == 1


def test_a_comment_that_quotes_our_watermark_is_not_ours_to_change(desk: Desk, number: int) -> None:
    hub = desk.client()
    reply(hub, number, "> <!-- runner:plan -->\n> quoted")
    living_comment(hub, number, "plan", "plan")
    assert len(bodies(desk, number)) == 2


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_failure_makes_no_second_comment(desk: Desk, number: int, when: str) -> None:
    desk.hub.fail("POST", "/comments$", 502, times=2, when=when)  # type: ignore[arg-type]
    living_comment(desk.client(), number, "plan", "text")
    desk.hub.clear_faults()
    desk.hub.fail("POST", "/comments$", 502, when=when)  # type: ignore[arg-type]
    reply(desk.client(), number, "done")
    assert bodies(desk, number) == ["<!-- runner:plan -->\ntext", "done"]


def test_a_comment_that_is_too_long_is_cut(desk: Desk, number: int) -> None:
    living_comment(desk.client(), number, "plan", "x" * 70_000)
    assert bodies(desk, number)[0].endswith("x\n\n_Cut for length._")


def test_a_comment_is_found_behind_many_others(desk: Desk, number: int) -> None:
    hub = desk.client()
    for one in range(35):
        desk.hub.comment(number, f"{one}")
    living_comment(hub, number, "plan", "one")
    living_comment(hub, number, "plan", "two")
    assert bodies(desk, number)[-1] == "<!-- runner:plan -->\ntwo"
    assert len(bodies(desk, number)) == 36


def test_a_topic_cannot_break_out_of_the_watermark(desk: Desk, number: int) -> None:
    living_comment(desk.client(), number, "a --> <b>\n", "text")
    assert bodies(desk, number)[0].split("\n") == ["<!-- runner:a - -b- -->", "text"]


def test_a_commit_can_be_commented_on_as_well(desk: Desk) -> None:
    hub, commit = desk.client(), desk.hub.tip("main")
    living_commit_comment(hub, commit, "run r1", "one")
    living_commit_comment(hub, commit, "run r1", "two")
    assert [(one.sha, one.body) for one in desk.hub.commit_comments] == [
        (commit, "<!-- runner:run r1 -->\ntwo")
    ]


def test_a_reaction_is_added_once(desk: Desk, number: int) -> None:
    comment = desk.hub.comment(number, "/run")
    hub = desk.client()
    desk.hub.fail("POST", "/reactions$", 502, when="after")
    react(hub, comment.id, "eyes")
    assert [content for _, content in comment.reactions] == ["eyes"]


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("none", False),
        ("read", False),
        ("triage", False),
        ("write", True),
        ("maintain", True),
        ("admin", True),
    ],
)
def test_who_may_write_is_asked(desk: Desk, role: str, may: bool) -> None:
    desk.hub.collaborator("grace", role)
    assert may_write(desk.client(), "grace") is may


def test_a_stranger_may_not_write(desk: Desk) -> None:
    assert not may_write(desk.client(), "nobody-here")
    assert not may_write(desk.client(), "../../user")


@pytest.mark.parametrize("method", ["merge", "squash"])
def test_the_pull_request_that_brought_a_commit_is_found(desk: Desk, number: int, method: str) -> None:
    commit = desk.hub.merge_pull(number, method)  # type: ignore[arg-type]
    assert find_pull(desk.client(), commit) == number


def test_a_commit_that_was_pushed_has_none(desk: Desk, number: int) -> None:
    assert find_pull(desk.client(), desk.hub.push("main", {"y": "y"})) is None
    assert find_pull(desk.client(), desk.hub.pulls[number].head_sha) is None


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_status_is_set_once(desk: Desk, when: str) -> None:
    commit = desk.hub.tip("main")
    desk.hub.fail("POST", "/statuses/", 502, when=when)  # type: ignore[arg-type]
    set_status(desk.client(), commit, "success", "runner/plan", "2 plans,\nat most $3.10 " + "x" * 200)
    (status,) = desk.hub.statuses
    assert (status.sha, status.state, status.context) == (commit, "success", "runner/plan")
    assert (status.description or "").startswith("2 plans, at most $3.10 x")
    assert len(status.description or "") == 140
    assert status.target_url is None


def test_what_may_not_be_said_names_the_permission(desk: Desk, number: int) -> None:
    desk.act_with(desk.hub.job_token({"contents": "read", "issues": "read", "pull-requests": "read"}))
    with pytest.raises(ProviderError, match=f"could not comment on #{number}") as caught:
        living_comment(desk.client(), number, "plan", "text")
    assert "`issues: write` or `pull-requests: write`" in caught.value.fix


def test_the_forge_tells_a_thread(desk: Desk, number: int) -> None:
    forge, pushed = desk.forge(), desk.hub.push("main", {"y": "y"})
    merged = desk.hub.merge_pull(number)
    assert (forge.thread(merged), forge.thread(pushed)) == (f"pull/{number}", f"commit/{pushed}")
    forge.tell(forge.thread(merged), "run r1", "ended")
    forge.tell(forge.thread(pushed), "run r2", "ended")
    forge.tell("", "run r3", "nowhere")
    forge.tell("pull/0; x", "run r3", "nowhere")
    assert bodies(desk, number) == ["<!-- runner:run r1 -->\nended"]
    assert len(desk.hub.commit_comments) == 1
