from __future__ import annotations

import pytest

from runner.errors import InputError
from runner.forge.github import body
from tests.forge.github.conftest import BRANCH, Desk, page


def test_a_proposal_becomes_a_pull_request(desk: Desk) -> None:
    pull = desk.propose()
    made = desk.hub.pulls[1]
    assert (pull.state, pull.number, pull.branch, pull.draft, pull.notes) == ("created", 1, BRANCH, False, ())
    assert pull.page == f"{desk.hub.url}/acme/demo/pull/1"
    assert (made.title, made.head, made.base, made.head_sha) == ("tune: r1", BRANCH, "main", pull.commit)
    assert desk.parents(pull.commit) == [desk.hub.tip("main")] == [pull.base]
    assert desk.files(pull.commit) == ["README.md", "data/w.toml", "results/tune/r1/summary.md"]
    assert desk.hub.read("data/w.toml", pull.commit) == b"w = 'r1'\n"


def test_its_description_links_to_the_files_of_its_commit(desk: Desk) -> None:
    pull = desk.propose()
    text = desk.hub.pulls[1].body or ""
    assert f"({desk.hub.url}/acme/demo/blob/{pull.commit}/results/tune/r1/result.json)" in text
    assert text.endswith("<!-- runner job=tune run=r1 -->\n")


def test_a_bot_s_commit_is_signed_and_says_whose_it_is(desk: Desk) -> None:
    pull = desk.propose(message="Why it is better.")
    commit = desk.client().repository.get_git_commit(pull.commit)
    assert (commit.author.name, commit.committer.name) == ("github-actions[bot]", "GitHub")
    assert commit.verification.verified
    assert commit.message == (
        "tune: r1\n\nWhy it is better.\n\nRunner-Run: r1\nRunner-Job: tune\n"
        f"Runner-Ended: 1700000001\nRunner-Base: {pull.base}"
    )


def test_with_a_person_s_token_the_commit_is_still_the_bot_s(desk: Desk) -> None:
    desk.act_with(desk.hub.token("grace"), in_workflow=False)
    pull = desk.propose()
    commit = desk.client().repository.get_git_commit(pull.commit)
    assert {commit.author.name, commit.committer.name} == {"runner[bot]"}
    assert desk.propose("r2").branch == BRANCH


def test_the_verdict_is_a_status_of_the_head(desk: Desk) -> None:
    passed = desk.propose()
    failed = desk.propose("r2", verdict="fail", verdict_line="**Verdict: fail.** `w` is \\<0.5." + "x" * 200)
    first, second = desk.hub.statuses
    assert (first.sha, first.context, first.state) == (passed.commit, "runner/verdict", "success")
    assert first.description == "Verdict: pass. It holds."
    assert first.target_url == f"{desk.hub.url}/acme/demo/blob/{passed.commit}/results/tune/r1/summary.md"
    assert (second.sha, second.state) == (failed.commit, "failure")
    assert (second.description or "").startswith("Verdict: fail. w is <0.5.x")
    assert len(second.description or "") == 140


def test_the_base_is_the_default_branch_at_github_and_not_what_is_checked_out(desk: Desk) -> None:
    desk.made.commit({"local": "only"})
    later = desk.hub.push("main", {"later": "l"})
    assert desk.forge().base() == later
    assert desk.propose().base == later


def test_a_second_run_updates_the_same_pull_request_by_a_fast_forward(desk: Desk) -> None:
    first = desk.propose()
    pull = desk.propose("r2")
    assert (pull.state, pull.number, pull.branch) == ("updated", 1, BRANCH)
    assert desk.parents(pull.commit) == [first.commit]
    assert desk.files(pull.commit) == ["README.md", "data/w.toml", "results/tune/r2/summary.md"]
    assert (desk.hub.pulls[1].title, desk.hub.pulls[1].head_sha) == ("tune: r2", pull.commit)
    assert "run=r2" in (desk.hub.pulls[1].body or "")


def test_where_main_has_moved_both_come_before_the_new_commit(desk: Desk) -> None:
    first = desk.propose()
    later = desk.hub.push("main", {"later": "l"})
    second = desk.propose("r2")
    third = desk.propose("r3")
    assert desk.parents(second.commit) == [first.commit, later]
    assert desk.parents(third.commit) == [second.commit]
    assert "later" in desk.files(third.commit)


def test_main_that_moves_between_plan_and_proposal_loses_nothing(desk: Desk) -> None:
    forge = desk.forge()
    proposal = desk.proposal(forge)
    later = desk.hub.push("main", {"later": "l"})
    pull = forge.propose(proposal)
    assert (pull.state, pull.base) == ("created", proposal.base)
    merged = desk.hub.merge_pull(pull.number)
    assert desk.files(merged) == ["README.md", "data/w.toml", "later", "results/tune/r1/summary.md"]
    assert desk.parents(merged)[0] == later


def test_the_same_run_twice_changes_nothing(desk: Desk) -> None:
    first = desk.propose()
    events, writes = len(desk.hub.events), len(desk.hub.statuses)
    second = desk.propose()
    assert (second.state, second.commit, second.number) == ("unchanged", first.commit, 1)
    assert (len(desk.hub.events), len(desk.hub.statuses)) == (events, writes)


def test_an_older_run_does_not_replace_a_newer_one(desk: Desk) -> None:
    newer = desk.propose("r2")
    pull = desk.propose("r1")
    assert (pull.state, pull.commit, pull.number) == ("unchanged", newer.commit, 1)
    assert "already holds the newer run r2, so r1 was not proposed" in pull.notes[0]
    assert desk.hub.tip(BRANCH) == newer.commit


def test_what_the_repository_already_holds_is_not_proposed(desk: Desk) -> None:
    pull = desk.propose(files={"README.md": b"A repository.\n"})
    assert (pull.state, pull.number, pull.page) == ("unchanged", 0, "")
    assert "already holds everything" in pull.notes[0]
    assert not desk.hub.pulls


def test_a_verdict_that_is_not_pass_makes_a_draft_and_back(desk: Desk) -> None:
    assert desk.propose(verdict="undecided", draft=True).draft
    assert desk.hub.pulls[1].draft
    assert not desk.propose("r2").draft
    assert not desk.hub.pulls[1].draft
    assert desk.propose("r3", verdict="fail", draft=True).draft
    assert desk.hub.pulls[1].draft


def test_where_github_has_no_drafts_it_is_opened_without(desk: Desk) -> None:
    error = {"resource": "PullRequest", "code": "custom"}
    text = "Draft pull requests are not supported in this repository."
    answer = {"message": "Validation Failed", "errors": [{**error, "message": text}]}
    desk.hub.fail("POST", r"/pulls$", 422, body=answer)
    pull = desk.propose(verdict="fail", draft=True)
    assert not pull.draft
    assert "mind the verdict" in pull.notes[-1]


def test_labels_reviewers_and_assignees_are_set_once(desk: Desk) -> None:
    desk.labels = ("runner", "weights")
    desk.hub.collaborator("grace")
    desk.hub.team("referees")
    pull = desk.propose(owners=("@grace", "@acme/referees"))
    made = desk.hub.pulls[1]
    assert pull.notes == ()
    assert made.labels == ["runner", "weights"]
    assert (made.reviewers, made.team_reviewers, made.assignees) == (["grace"], ["referees"], ["grace"])
    made.labels, made.reviewers, made.assignees = [], [], []
    desk.propose("r2", owners=("@grace",))
    assert (made.labels, made.reviewers, made.assignees) == ([], [], [])


def test_owners_who_cannot_be_asked_do_not_keep_the_others_from_it(desk: Desk) -> None:
    desk.hub.collaborator("grace")
    pull = desk.propose(owners=("@nobody-here", "@grace", "grace@example.org"))
    assert desk.hub.pulls[1].reviewers == ["grace"]
    assert len(pull.notes) == 2
    assert "grace@example.org" in pull.notes[0]
    assert pull.notes[1].startswith("nobody-here could not be asked to review: ")


def test_the_pull_request_of_a_workflow_s_own_token_says_that_no_checks_run(desk: Desk) -> None:
    desk.propose()
    assert body.SILENT in (desk.hub.pulls[1].body or "")


def test_that_of_an_app_says_nothing_of_checks(desk: Desk) -> None:
    desk.act_with(desk.hub.token("runner-app[bot]", "app"))
    desk.propose()
    assert "NOTE" not in (desk.hub.pulls[1].body or "")
    assert [event.suppressed for event in desk.hub.events if event.name == "pull_request"] == [False]


def test_a_page_of_60_000_characters_fits(desk: Desk) -> None:
    desk.propose(page=lambda links: page(links) + "x" * 59_800)
    assert 59_800 < len(desk.hub.pulls[1].body or "") < body.LONGEST


def test_a_job_with_a_name_of_its_own_is_needed(desk: Desk) -> None:
    with pytest.raises(InputError, match="name of a job"):
        desk.propose(job="../x")


def test_a_branch_named_runner_leaves_no_room(desk: Desk) -> None:
    desk.hub.push("runner", {"x": "x"})
    with pytest.raises(InputError, match="a branch named runner exists"):
        desk.propose()


def test_room_is_looked_for_without_asking_github(desk: Desk) -> None:
    forge = desk.forge()
    forge.require_room("tune", desk.made.git("rev-parse", "HEAD"), ["data/w.toml"])
    with pytest.raises(InputError, match="decides what runs"):
        forge.require_room("tune", desk.made.git("rev-parse", "HEAD"), [".github/workflows/x.yml"])
    assert desk.hub.requests == []
