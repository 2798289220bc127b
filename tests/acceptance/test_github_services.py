"""Services on GitHub: deployed by the merge of a manifest, and removed by one that somebody confirmed."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from runner.backends import open_host
from runner.pipeline.workspace import open_workspace
from tests.acceptance.team import Team, at_work
from tests.standins.github.hub import Hub
from tests.standins.modal.client import Plane

APP = """\
async def answer(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"one"})


def create():
    return answer
"""
CODE = "workloads/greeting/app.py"
PASSWORDS = "SERVICE_PASSWORDS"
SERVICE = """\
apiVersion: runner/v1
kind: Service
metadata: {name: web}
spec:
  app: workloads.greeting.app:create
  model: {name: none}
  watch: [workloads/greeting]
  resources: {cpu: 0.125, memory: 256MiB, timeout: 1m}
"""
FILES = {"jobs/web.yaml": SERVICE, CODE: APP}


@pytest.fixture
def team(hub: Hub, plane: Plane, clone: Path, tmp_path: Path) -> Iterator[Team]:
    """A team that serves."""
    plane.secret(PASSWORDS, {PASSWORDS: "nobody"})
    with at_work(hub, plane, clone, tmp_path, without=()) as team:
        yield team


def address(page: str) -> str:
    """The first address on a page."""
    found = re.search(r"<(http[^>]+)>", page)
    assert found is not None, page
    return found[1]


def standing(team: Team) -> dict[str, str]:
    """What stands, with its commits."""
    team.clone.git("fetch", "--quiet", "origin", "main")
    workspace = open_workspace(team.clone.root)
    host = open_host("modal", workspace.settings, workspace.name)
    return {one.job: one.commit for one in host.standing()}


def take_away(team: Team) -> int:
    """A pull request that removes the manifest; its number."""
    team.hub.push("gone", {"jobs/web.yaml": None})
    return team.hub.open_pull("gone")


def told(team: Team, number: int, topic: str) -> str:
    """What the bot says of a topic."""
    mark = f"<!-- runner:{topic} -->\n"
    (found,) = [one.body for one in team.hub.comments_on(number) if one.body.startswith(mark)]
    return found.removeprefix(mark)


@pytest.mark.slow
def test_a_service_stands_from_the_merge_of_its_manifest_to_a_merge_that_somebody_confirmed(
    team: Team,
) -> None:
    hub = team.hub
    hub.push("main", FILES)
    done = team.work(parallel=2)
    assert set(done) == {"launch", "deploy"}
    assert "only services changed, and deploy sees to these" in done["launch"].summary.lower()
    url = address(done["deploy"].summary)
    assert httpx.get(url, timeout=30).text == "one"

    hub.push("main", {CODE: APP.replace("one", "two")})
    assert "1 service: 1 deployed" in team.work()["deploy"].summary
    assert httpx.get(url, timeout=30).text == "two"
    hub.push("main", {"docs/note.md": "A note.\n"})
    assert team.work() == {}

    number = take_away(team)
    assert set(team.work()) == {"validate", "comment"}
    assert "/remove web" in told(team, number, "plan")
    assert url in told(team, number, "service-web")
    hub.collaborator("eve", "read")
    outside, inside = hub.comment(number, "/remove web", "eve"), hub.comment(number, "/remove web")
    assert set(team.work(parallel=2)) == {"chatops"}
    assert [what for _, what in outside.reactions] == ["confused"]
    assert "will be removed when this is merged" in told(team, number, f"reply-{inside.id}")
    assert set(standing(team)) == {"web"}
    hub.merge_pull(number)
    assert "1 service: 1 removed" in team.work(parallel=2)["deploy"].summary
    assert "`ada` confirmed it" in told(team, number, "service-web")
    assert standing(team) == {}


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_service_whose_removal_nobody_confirmed_stands_until_somebody_does(team: Team) -> None:
    hub = team.hub
    hub.push("main", FILES)
    team.work(parallel=2)
    number = take_away(team)
    hub.collaborator("eve", "read")
    hub.comment(number, "/remove web", "eve")
    team.work(parallel=2)
    hub.merge_pull(number)
    deployed = team.work(parallel=2)["deploy"]
    assert "1 service: 1 unmanaged" in deployed.summary
    assert "```text\n/remove web\n```" in deployed.summary
    assert "`web` still stands at" in told(team, number, "service-web")
    assert set(standing(team)) == {"web"}

    asked = hub.comment(number, "/remove web")
    assert set(team.work()) == {"chatops"}
    assert "the service `web` was removed" in told(team, number, f"reply-{asked.id}")
    assert standing(team) == {}


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_service_over_the_line_is_deployed_when_a_reviewer_agrees(team: Team) -> None:
    hub, actions = team.hub, team.actions
    hub.require_reviewers("runner-approval", "ada")
    settings = (team.clone.root / "runner.toml").read_text()
    line = f"{settings}[policy.approval]\nusd = 0.001\n"
    hub.push("main", {**FILES, "runner.toml": line})
    actions.run_all()
    waiting = next(run for run in actions.runs if run.workflow == "deploy.yml")
    assert waiting.status == "waiting"
    assert standing(team) == {}
    actions.approve(waiting, "runner-approval")
    actions.run_all()
    assert waiting.conclusion == "success", waiting
    assert set(standing(team)) == {"web"}
