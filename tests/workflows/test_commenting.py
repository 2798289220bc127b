from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.errors import InputError
from runner.workflows.check_file import FILE, Check, Fault, JobPlan, ManifestCheck, write_check
from runner.workflows.checking import check
from runner.workflows.commenting import comment
from runner.workflows.event import Event
from tests.conftest import Checkout
from tests.standins.github.hub import Hub
from tests.workflows.conftest import manifest

PLANNED = ManifestCheck(file="jobs/a.yaml", change="added", job="a", plan=JobPlan("Command", 1.5))
WRONG = ManifestCheck(
    file="jobs/a.yaml", change="added", faults=(Fault(3, 1, "unknown-field", "error", "unknown field x"),)
)
RIGHTS = {"contents": "read", "pull_requests": "write", "statuses": "write", "actions": "read"}

Finish = Callable[..., int]


def found(head: str, *manifests: ManifestCheck, number: int = 1) -> Check:
    return Check(pull_request=number, head=head, base="0" * 40, manifests=manifests)


def ended(hub: Hub, number: int, **changes: Any) -> Event:
    """What GitHub says when the check of a pull request has ended."""
    pull = hub.pulls[number]
    owner = pull.head_repository.partition("/")[0]
    run = {
        "id": 55,
        "event": "pull_request",
        "conclusion": "success",
        "head_sha": pull.head_sha,
        "head_branch": pull.head,
        "head_repository": {"full_name": pull.head_repository, "owner": {"login": owner}},
    }
    return Event(name="workflow_run", payload={"workflow_run": run | changes})


@pytest.fixture
def head(hub: Hub) -> str:
    """The head of a pull request, which has the number 1."""
    commit = hub.push("topic", {"jobs/a.yaml": manifest("a")})
    hub.open_pull("topic")
    return commit


@pytest.fixture
def finish(hub: Hub, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Finish:
    """Lets a check of a pull request end: with what it found, or with whatever lies in the artifact."""
    for name, value in hub.environment(hub.job_token(RIGHTS)).items():
        monkeypatch.setenv(name, value)
    artifact = tmp_path / "artifact"

    def end(made: Check | None, number: int = 1, **changes: Any) -> int:
        if made is not None:
            write_check(artifact, made)
        return comment(project, ended(hub, number, **changes), artifact)

    return end


def bodies(hub: Hub, number: int = 1) -> list[str]:
    return [each.body for each in hub.comments_on(number)]


def statuses(hub: Hub) -> list[tuple[str, str, str | None]]:
    return [(each.context, each.state, each.description) for each in hub.statuses]


def test_the_plan_is_a_comment_and_a_status(hub: Hub, head: str, finish: Finish) -> None:
    assert finish(found(head, PLANNED)) == 0
    (body,) = bodies(hub)
    assert body.startswith("<!-- runner:plan -->\n### Plan: 1 plan, at most \\$1.50\n")
    assert statuses(hub) == [("runner/plan", "success", "1 plan, at most $1.50")]
    assert hub.statuses[0].sha == head
    assert hub.statuses[0].target_url == f"{hub.url}/acme/demo/actions/runs/55"
    assert len(hub.calls()) <= 4


def test_the_comment_is_brought_up_to_date_in_place(hub: Hub, head: str, finish: Finish) -> None:
    finish(found(head, PLANNED))
    finish(found(head, WRONG))
    (body,) = bodies(hub)
    assert "1 manifest has errors" in body and "`jobs/a.yaml:3`" in body
    assert statuses(hub)[-1] == ("runner/plan", "failure", "1 manifest has errors")


def test_services_whose_manifests_go_are_handed_on_by_name(
    hub: Hub, head: str, finish: Finish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    gone = ManifestCheck(file="jobs/web.yaml", change="removed", job="web", leaves="web")
    assert finish(found(head, PLANNED, gone)) == 0
    assert (tmp_path / "output").read_text().splitlines()[1] == '["web"]'
    assert "/remove web" in bodies(hub)[0]


def test_a_late_check_does_not_replace_a_newer_one(hub: Hub, head: str, finish: Finish) -> None:
    late = ended(hub, 1).payload["workflow_run"]
    newer = hub.push("topic", {"jobs/a.yaml": manifest("a", "seed: 1")})
    finish(found(newer, PLANNED))
    before = bodies(hub), statuses(hub)
    assert finish(found(head, WRONG), **late) == 0
    assert (bodies(hub), statuses(hub)) == before


@pytest.mark.parametrize("number", [2, 9])
def test_an_artifact_cannot_name_another_pull_request(
    number: int, hub: Hub, head: str, finish: Finish
) -> None:
    hub.push("victim", {"other.txt": "x"})
    hub.open_pull("victim")
    with pytest.raises(InputError, match="nothing is written"):
        finish(found(head, PLANNED, number=number))
    assert (hub.comments, hub.statuses) == ([], [])


def test_a_pull_request_with_the_same_head_cannot_be_spoken_for(hub: Hub, head: str, finish: Finish) -> None:
    fork = hub.fork("eve")
    fork.git.run("update-ref", "refs/heads/mine", head)
    assert hub.open_pull("eve:mine", login="eve") == 2
    with pytest.raises(InputError, match="the run checked #2"):
        finish(found(head, PLANNED, number=1), number=2)
    assert (hub.comments, hub.statuses) == ([], [])


def test_an_artifact_about_another_commit_is_refused(hub: Hub, head: str, finish: Finish) -> None:
    with pytest.raises(InputError, match="the artifact is about the pull request 1 at 1111"):
        finish(found("1" * 40, PLANNED))
    assert (hub.comments, hub.statuses) == ([], [])


@pytest.mark.parametrize("content", [None, b"", b'{"version": 1}', b"[" * 100_000])
def test_a_check_that_left_nothing_usable_is_told_with_its_run(
    content: bytes | None, hub: Hub, head: str, finish: Finish, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "artifact").mkdir()
        (tmp_path / "artifact" / FILE).write_bytes(content)
    assert finish(None, conclusion="failure") == 0
    (body,) = bodies(hub)
    assert "the check did not finish" in body and "/acme/demo/actions/runs/55)" in body
    assert statuses(hub) == [("runner/plan", "error", "the check did not finish")]


def test_a_link_in_the_artifact_is_not_followed(hub: Hub, head: str, finish: Finish, tmp_path: Path) -> None:
    write_check(tmp_path / "elsewhere", found(head, PLANNED))
    (tmp_path / "artifact").mkdir()
    (tmp_path / "artifact" / FILE).symlink_to(tmp_path / "elsewhere" / FILE)
    finish(None)
    assert "the check did not finish" in bodies(hub)[0]


def test_without_a_manifest_there_is_a_status_and_no_comment(hub: Hub, head: str, finish: Finish) -> None:
    finish(found(head))
    assert bodies(hub) == []
    assert statuses(hub) == [("runner/plan", "success", "nothing to plan")]


def test_a_comment_on_manifests_that_are_gone_says_so(hub: Hub, head: str, finish: Finish) -> None:
    finish(found(head, PLANNED))
    newer = hub.push("topic", {"jobs/a.yaml": None})
    finish(found(newer))
    (body,) = bodies(hub)
    assert "### Plan: nothing to plan" in body


def test_a_comment_that_somebody_else_wrote_is_left_alone(hub: Hub, head: str, finish: Finish) -> None:
    hub.comment(1, "<!-- runner:plan -->\nAll is well.", login="eve")
    finish(found(head, PLANNED))
    assert bodies(hub)[0] == "<!-- runner:plan -->\nAll is well." and len(bodies(hub)) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"event": "push"},
        {"conclusion": "action_required"},
        {"head_branch": "gone"},
        {"head_repository": None},
    ],
)
def test_a_run_that_is_no_check_of_an_open_pull_request_is_passed_over(
    changes: dict[str, object], hub: Hub, head: str, finish: Finish
) -> None:
    assert finish(found(head, PLANNED), **changes) == 0
    assert (hub.comments, hub.statuses) == ([], [])


def test_only_the_end_of_a_workflow_is_commented(project: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="when a check has ended"):
        comment(project, Event(name="pull_request_target", payload={}), tmp_path)


def test_a_stranger_from_a_fork_is_checked_and_told_without_any_right(
    hub: Hub, finish: Finish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.fork("eve", {"jobs/a.yaml": manifest("a")}, branch="x;$(id)")
    number = hub.open_pull("eve:x;$(id)", title="$(id) @acme/all", login="eve")
    event = next(each for each in reversed(hub.events) if each.name == "pull_request")
    work = checked_out(hub, event.ref, tmp_path / "work")
    with monkeypatch.context() as bare:
        for name in hub.environment(hub.job_token()):
            bare.delenv(name, raising=False)
        asked = len(hub.requests)
        assert check(work.root, Event(name=event.name, payload=event.payload), tmp_path / "artifact") == 0
        assert len(hub.requests) == asked
    assert finish(None, number=number) == 0
    (body,) = bodies(hub, number)
    assert "1 plan, at most" in body and "_From a fork: its own code wrote what stands here." in body


def checked_out(hub: Hub, ref: str, folder: Path) -> Checkout:
    """What a workflow for a fork has: the merge and its parents, and afterwards no credentials."""
    work = Checkout(folder)
    folder.mkdir()
    work.git("init", "--quiet")
    work.git("fetch", "--quiet", "--depth=2", hub.clone_url(hub.job_token(write=False)), ref)
    work.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
    work.git("remote", "add", "origin", f"{hub.url}/acme/demo.git")
    return work
