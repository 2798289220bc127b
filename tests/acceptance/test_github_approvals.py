"""What a person must agree to: it waits for one, and is launched once, or never."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.acceptance.team import Team, command_job
from tests.standins.actions.runs import WorkflowRun
from tests.standins.modal.client import Plane

GATE = "runner-approval"
CHEAP = command_job("cheap")
DEAR = command_job("dear").replace("timeout: 2m", "timeout: 1h")


@pytest.fixture(autouse=True)
def held(plane: Plane) -> None:
    """What is launched stays at work: these tests are about what is launched."""
    plane.hold("*")


def policy(team: Team, line: str = "0.001") -> str:
    """The team's settings, with a line in US dollars over which a person must agree."""
    return f"{(team.clone.root / 'runner.toml').read_text()}[policy.approval]\nusd = {line}\n"


def launched(team: Team) -> list[str]:
    """The jobs of all runs."""
    return sorted(entry["job"] for entry in team.entries())


def again(team: Team, run: WorkflowRun) -> WorkflowRun:
    """The next attempt of a run, up to where it waits for somebody."""
    team.actions.rerun(run)
    team.actions.run_all()
    attempt = team.actions.runs[-1]
    assert (attempt.status, attempt.attempt) == ("waiting", run.attempt + 1), attempt
    return attempt


@pytest.mark.slow
@pytest.mark.exhaustive
def test_what_is_over_the_line_is_launched_once_when_a_reviewer_agrees_and_never_otherwise(
    team: Team,
) -> None:
    hub, actions = team.hub, team.actions
    hub.require_reviewers(GATE)
    hub.push("main", {"runner.toml": policy(team), "jobs/cheap.yaml": CHEAP, "jobs/dear.yaml": DEAR})
    (unprotected,) = actions.run_all()
    assert [job.conclusion for job in unprotected.jobs.values()] == ["success", "failure"], unprotected
    (error,) = unprotected.errors
    assert "Settings → Environments → runner-approval → Required reviewers" in error
    assert launched(team) == ["cheap"]

    hub.require_reviewers(GATE, "ada")
    rejected = again(team, unprotected)
    actions.reject(rejected, GATE)
    actions.run_all()
    assert rejected.conclusion == "failure"
    assert launched(team) == ["cheap"]

    run = rejected
    for _ in range(2):
        run = again(team, run)
        actions.approve(run, GATE)
        actions.run_all()
        assert run.conclusion == "success", run
        assert launched(team) == ["cheap", "dear"]


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_schedule_is_launched_by_one_of_two_ticks_and_over_the_line_when_a_reviewer_agrees(
    team: Team,
) -> None:
    now = datetime.now(UTC)
    schedule = (now - timedelta(hours=1)).strftime("  schedule: {cron: '%M %H * * *'}\n")
    jobs = {"jobs/cheap.yaml": CHEAP + schedule, "jobs/dear.yaml": DEAR + schedule}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_COMMITTER_DATE", (now - timedelta(days=2)).isoformat())
        team.clone.commit({"runner.toml": policy(team), **jobs})
    team.hub.adopt(team.clone.root)

    for _ in range(2):
        team.actions.tick("collect.yml")
    team.actions.run_all()
    first, second = team.actions.runs
    assert (first.status, second.status) == ("waiting", "pending")
    assert launched(team) == ["cheap"]
    for run in (first, second):
        team.actions.approve(run, GATE)
        team.actions.run_all()
        assert run.conclusion == "success", run
        assert launched(team) == ["cheap", "dear"]
    assert {entry["request"][:9] for entry in team.entries()} == {"schedule "}


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_pull_request_that_raises_the_line_is_planned_under_the_one_of_its_base(team: Team) -> None:
    team.hub.begin({"runner.toml": policy(team)})
    number = team.propose("raise", {"runner.toml": policy(team, "1000"), "jobs/dear.yaml": DEAR})
    assert set(team.work()) == {"validate", "comment"}
    (comment,) = team.hub.comments_on(number)
    assert "Needs a person's approval on Modal: it could cost" in comment.body
