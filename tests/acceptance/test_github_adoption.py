"""Another repository uses the runner: its own jobs, a dozen lines for each workflow, no source of ours."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.team import Team, at_home, command_job, settings
from tests.conftest import ROOT, Checkout
from tests.standins.actions.tokens import App
from tests.standins.github.hub import Hub
from tests.standins.modal.client import Plane

RUNNER = "our-team/runner"
REPORT = 'echo "{\\"rows\\": 3}" > "$RUNNER_OUTPUT_DIR/metrics.json"\n'
GATE = "gates: [{metric: rows, min: 1}]"
Adopt = Callable[..., Path]


@pytest.fixture
def adopt(hub: Hub, clone: Path, checkout: Callable[..., Checkout], tmp_path: Path) -> Adopt:
    """Puts the runner's own repository on the hub, and makes a small one that uses it."""

    def made(*options: str) -> Path:
        library = hub.world.add_repository(RUNNER, private=False)
        commit = hub.adopt(clone, repository=library)
        theirs = checkout("theirs", files={"runner.toml": settings(tmp_path), "report.sh": REPORT})
        command = [
            sys.executable,
            "-P",
            "-m",
            "runner",
            "init",
            "--workflows",
            "--from",
            f"{RUNNER}@{commit}",
        ]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        subprocess.run(
            [*command, *options], cwd=theirs.root, env=environment, check=True, capture_output=True
        )
        theirs.commit({}, "Use the runner")
        return theirs.root

    return made


def propose_report(team: Team) -> int:
    """A person proposes a first job; its pull request's number."""
    return team.propose("report", {"jobs/report.yaml": command_job("report", ". ./report.sh", GATE)})


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_repository_of_others_goes_the_whole_way_and_an_app_s_pull_request_is_checked(
    hub: Hub, plane: Plane, adopt: Adopt, tmp_path: Path
) -> None:
    app = App("Iv23liRunnerOfTheirs", "the private key of their App")
    with at_home(hub, plane, adopt(), tmp_path, app=app) as team:
        number = propose_report(team)
        asked = hub.comment(number, "/plan")
        assert set(team.work(parallel=2)) == {"runner-validate", "runner-comment", "runner-chatops"}
        told = {one.login: one.body for one in hub.comments_on(number) if one is not asked}
        assert set(told) == {app.login, "github-actions[bot]"}
        assert all("report" in text and r"at most \$" in text.lower() for text in told.values())
        assert asked.reactions == [(app.login, "eyes")]

        hub.merge_pull(number)
        launched = team.work()
        assert set(launched) == {"runner-launch", "runner-deploy"}
        assert launched["runner-deploy"].summary.startswith("### Deploy: no service")
        (run,) = team.runs()
        assert run in launched["runner-launch"].summary

        team.await_end()
        team.actions.tick("runner-collect.yml")
        assert set(team.work()) == {"runner-collect", "runner-validate", "runner-comment"}
        pull = team.pull_of("report")
        assert (pull.login, pull.draft) == (app.login, False)
        assert "Checks do not start here" not in str(pull.body)
        assert hub.comments_on(pull.number) == []
        assert team.status(pull.head_sha, "runner/verdict").state == "success"
        plan = team.status(pull.head_sha, "runner/plan")
        assert (plan.state, plan.description) == ("success", "nothing to plan")


@pytest.mark.slow
@pytest.mark.exhaustive
def test_on_an_enterprise_server_the_callers_say_where_the_runner_is(
    hub: Hub, plane: Plane, adopt: Adopt, tmp_path: Path
) -> None:
    with at_home(hub, plane, adopt("--enterprise-server"), tmp_path, enterprise=True) as team:
        number = propose_report(team)
        assert set(team.work()) == {"runner-validate", "runner-comment"}
        assert len(hub.comments_on(number)) == 1
