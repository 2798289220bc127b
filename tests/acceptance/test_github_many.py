"""A push of very many manifests."""

import pytest
import yaml

from tests.acceptance.team import Team, command_job

MANY = 300


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_push_of_300_manifests_is_one_workflow_that_launches_each_once(team: Team) -> None:
    names = [f"job-{number:03}" for number in range(MANY)]
    for workflow in team.clone.root.glob(".github/workflows/*.yml"):
        jobs = yaml.safe_load(workflow.read_text())["jobs"]
        assert not any("matrix" in job.get("strategy", {}) for job in jobs.values())
    team.plane.hold("*")
    team.hub.push("main", {f"jobs/{name}.yaml": command_job(name) for name in names})
    team.actions.limit = 600.0
    seen = len(team.hub.requests)
    (run,) = team.actions.run_all()
    assert (run.workflow, run.conclusion) == ("launch.yml", "success"), run
    assert {entry["job"] for entry in team.entries()} == set(names)
    assert len(team.runs()) == MANY
    asked = [request.operation for request in team.hub.requests[seen:]]
    assert sum(not operation.startswith("git/") for operation in asked) == 1
    assert asked.count("git/receive-pack") < MANY / 2
    assert f"{MANY} runs launched" in run.summary
