"""What people do with the bot's branch and pull request stands."""

from __future__ import annotations

import pytest

from runner.errors import InputError
from tests.forge.github.conftest import BRANCH, Desk


def test_a_person_s_commit_on_the_bot_s_branch_is_never_covered(desk: Desk) -> None:
    desk.propose()
    theirs = desk.hub.push(BRANCH, {"fix": "by hand"})
    pull = desk.propose("r2")
    assert (pull.branch, pull.state, pull.number) == (f"{BRANCH}-2", "created", 2)
    assert desk.hub.tip(BRANCH) == theirs
    note = f"`{BRANCH}` holds a commit that is not the bot's, so it was left as it is."
    assert pull.notes == (note,)
    assert note in (desk.hub.pulls[2].body or "")
    again = desk.propose("r3")
    assert (again.branch, again.number, again.state) == (f"{BRANCH}-2", 2, "updated")


def test_a_person_s_commit_that_comes_between_look_and_update_is_not_covered(desk: Desk) -> None:
    desk.propose()
    theirs: list[str] = []

    def push() -> None:
        theirs.append(desk.hub.push(BRANCH, {"fix": "by hand"}))

    desk.hub.meanwhile("PATCH", "/git/refs/", push)
    pull = desk.propose("r2")
    assert desk.hub.tip(BRANCH) == theirs[0]
    assert (pull.branch, pull.number) == (f"{BRANCH}-2", 2)
    assert "not the bot's" in pull.notes[0]


def test_a_person_s_branch_of_that_name_is_left_as_it_is(desk: Desk) -> None:
    theirs = desk.hub.push(BRANCH, {"x": "x"})
    assert desk.propose().branch == f"{BRANCH}-2"
    assert desk.hub.tip(BRANCH) == theirs


def test_a_branch_that_appears_between_look_and_creation_is_left_as_it_is(desk: Desk) -> None:
    desk.hub.meanwhile("POST", "/git/refs$", lambda: desk.hub.push(BRANCH, {"x": "x"}))
    pull = desk.propose()
    assert (pull.branch, pull.number) == (f"{BRANCH}-2", 1)


def test_a_branch_that_is_deleted_between_look_and_update_is_made_anew(desk: Desk) -> None:
    desk.propose()
    desk.hub.meanwhile("PATCH", "/git/refs/", lambda: desk.hub.delete_branch(BRANCH))
    pull = desk.propose("r2")
    assert (pull.branch, pull.number, pull.state) == (BRANCH, 2, "created")
    assert desk.parents(pull.commit) == [pull.base]


def test_another_job_s_branch_is_left_alone(desk: Desk) -> None:
    other = desk.propose(job="tune-2")
    desk.hub.push(BRANCH, {"x": "x"})
    pull = desk.propose("r2")
    assert (other.branch, pull.branch) == (f"{BRANCH}-2", f"{BRANCH}-3")
    assert pull.notes[1] == f"`{BRANCH}-2` is the proposal of the job tune-2, so it was left as it is."


def test_branches_below_that_name_leave_no_room_for_it(desk: Desk) -> None:
    desk.hub.push(f"{BRANCH}/deep", {"x": "x"})
    pull = desk.propose()
    assert (pull.branch, pull.state) == (f"{BRANCH}-2", "created")
    assert pull.notes == (f"there are branches below `{BRANCH}/`, so it was left as it is.",)


def test_many_people_s_branches_are_refused_instead_of_looked_at(desk: Desk) -> None:
    tip = desk.hub.push(BRANCH, {"x": "x"})
    for number in range(2, 12):
        desk.hub.repository.git.run("update-ref", f"refs/heads/{BRANCH}-{number}", tip)
    with pytest.raises(InputError, match="hold other people's commits"):
        desk.propose()


@pytest.mark.parametrize("method", ["merge", "squash"])
def test_after_a_merge_the_next_run_opens_a_new_pull_request(desk: Desk, method: str) -> None:
    first = desk.propose()
    desk.hub.merge_pull(1, method)  # type: ignore[arg-type]
    pull = desk.propose("r2")
    assert (pull.branch, pull.number, pull.state) == (BRANCH, 2, "created")
    assert desk.hub.pulls[2].state == "open"
    merged = desk.hub.tip("main")
    expected = [merged] if method == "merge" else [first.commit, merged]
    assert desk.parents(pull.commit) == expected
    changed = desk.client().repository.get_pull(2).get_files()
    assert {file.filename for file in changed} == {"data/w.toml", "results/tune/r2/summary.md"}


def test_a_merged_run_is_not_proposed_again_even_where_the_merge_was_reverted(desk: Desk) -> None:
    desk.propose()
    desk.hub.merge_pull(1)
    again = desk.propose()
    assert (again.state, again.number) == ("unchanged", 1)
    assert again.notes == ("Pull request #1 with this run was merged: nothing is to be reviewed.",)
    desk.hub.push("main", {"data/w.toml": "w = 'old'\n"})
    desk.hub.delete_branch(BRANCH)
    assert desk.propose().state == "unchanged"
    assert len(desk.hub.pulls) == 1


def test_a_merged_branch_with_a_person_s_last_commit_is_used_again(desk: Desk) -> None:
    desk.propose()
    desk.hub.push(BRANCH, {"fix": "by hand"})
    desk.hub.merge_pull(1)
    pull = desk.propose("r2")
    assert (pull.branch, pull.number, pull.notes) == (BRANCH, 2, ())
    assert "fix" in desk.files(pull.commit)


def test_a_closed_pull_request_stays_closed_and_says_how_to_reopen_it(desk: Desk) -> None:
    first = desk.propose()
    desk.hub.close_pull(1)
    pull = desk.propose("r2")
    assert (pull.state, pull.number, pull.branch) == ("updated", 1, BRANCH)
    assert desk.hub.pulls[1].state == "closed"
    assert desk.parents(desk.hub.tip(BRANCH)) == [first.commit]
    (comment,) = desk.hub.comments_on(1)
    assert "The run `r2` brought these results" in comment.body
    assert f"holds them in {pull.commit}. To review them, reopen it." in comment.body
    assert "Reopen it to review them." in pull.notes[-1]
    desk.propose("r3")
    (comment,) = desk.hub.comments_on(1)
    assert "The run `r3`" in comment.body
    desk.hub.reopen_pull(1)
    assert (desk.hub.pulls[1].title, desk.hub.pulls[1].state) == ("tune: r3", "open")


def test_a_run_that_was_closed_is_left_alone(desk: Desk) -> None:
    desk.propose()
    desk.hub.close_pull(1)
    before = len(desk.hub.events)
    pull = desk.propose()
    assert (pull.state, pull.number) == ("unchanged", 1)
    assert "with this run was closed, so it was left alone" in pull.notes[0]
    assert len(desk.hub.events) == before


def test_closed_and_its_branch_deleted_is_left_alone_for_the_same_run_only(desk: Desk) -> None:
    desk.propose()
    desk.hub.close_pull(1)
    desk.hub.delete_branch(BRANCH)
    assert desk.propose().state == "unchanged"
    assert BRANCH not in desk.hub.branches()
    pull = desk.propose("r2")
    assert (pull.number, pull.state, pull.branch) == (2, "created", BRANCH)
    assert (desk.hub.pulls[1].state, desk.hub.pulls[2].state) == ("closed", "open")


def test_a_reopened_pull_request_lives_on(desk: Desk) -> None:
    desk.propose()
    desk.hub.close_pull(1)
    desk.hub.reopen_pull(1)
    assert (desk.propose("r2").number, desk.hub.pulls[1].state) == (1, "open")


def test_what_people_wrote_into_the_description_of_a_run_stays(desk: Desk) -> None:
    desk.propose()
    desk.hub.pulls[1].body = f"Please look at w.\n\n{desk.hub.pulls[1].body}"
    desk.hub.pulls[1].draft = True
    assert desk.propose().state == "unchanged"
    assert desk.hub.pulls[1].draft
    assert (desk.hub.pulls[1].body or "").startswith("Please look")


def test_a_pull_request_of_the_same_branch_name_from_a_fork_is_not_ours(desk: Desk) -> None:
    desk.hub.fork("mallory", {"x": "x"}, branch=BRANCH)
    desk.hub.open_pull(f"mallory:{BRANCH}", login="mallory")
    pull = desk.propose()
    assert (pull.number, pull.state) == (2, "created")


def test_a_commit_that_only_looks_like_the_bot_s_is_a_person_s(desk: Desk) -> None:
    first = desk.propose()
    tree = first.commit + "^{tree}"
    message = "mine\n\nRunner-Run: r1\nRunner-Job: tune"
    run = desk.hub.repository.git.run
    who = ("-c", "user.name=x[bot]", "-c", "user.email=x@example.org")
    forged = run(*who, "commit-tree", tree, "-p", first.commit, "-m", message)
    run("update-ref", f"refs/heads/{BRANCH}", forged.strip())
    assert desk.propose("r2").branch == f"{BRANCH}-2"
