"""The events that GitHub itself makes: ticks of schedules, and what becomes of runs."""

from __future__ import annotations

from typing import Any

from tests.standins.actions.documents import Source
from tests.standins.actions.mistakes import Mistake
from tests.standins.actions.runs import WorkflowRun
from tests.standins.actions.triggers import Start, workflow_path
from tests.standins.github.identity import Identity
from tests.standins.github.payloads import tell_default
from tests.standins.github.repository import Repository
from tests.standins.github.world import World


def tell_schedule(world: World, repository: Repository, source: Source, file: str, cron: str) -> None:
    """A schedule's time has come. Raises Mistake where the default branch's file has no such schedule."""
    path = workflow_path(file)
    workflow = source.workflow(source.commit(f"refs/heads/{repository.default_branch}"), path)
    said = workflow.triggers.get("schedule") or []
    times = [str(each.get("cron", "")) for each in said]
    if not times or (cron and cron not in times):
        raise Mistake(workflow.place, f"it has no schedule {cron}".rstrip())
    payload = {"schedule": cron or times[0], "workflow": path}
    with world.lock:
        tell_default(world, repository, Identity(repository.owner), "schedule", payload)


def tell_run(world: World, repository: Repository, start: Start, run: WorkflowRun) -> None:
    """A run is completed."""
    payload = {"action": "completed", "workflow_run": run_shape(world, repository, start, run)}
    payload["workflow"] = {
        "id": 1,
        "name": start.workflow.name,
        "path": start.workflow.path,
        "state": "active",
    }
    with world.lock:
        tell_default(world, repository, Identity(run.actor), "workflow_run", payload)


def run_shape(world: World, repository: Repository, start: Start, run: WorkflowRun) -> dict[str, Any]:
    """A run as its events show it. The pull requests of a run from a fork are left out, as on GitHub."""
    request = start.arrival.payload.get("pull_request") if start.event == "pull_request" else None
    api, web = (f"{world.base_url}{part}/{repository.name}" for part in ("/repos", ""))
    pulls = [] if request is None or start.fork else [{"number": request["number"], "id": request["id"]}]
    told = start.arrival.payload["repository"]
    return {
        "id": run.run_id,
        "name": start.workflow.name,
        "path": start.workflow.path,
        "head_branch": run.head_branch,
        "head_sha": run.head_sha,
        "run_number": run.number,
        "run_attempt": run.attempt,
        "event": run.event,
        "status": "completed" if run.status == "completed" else "in_progress",
        "conclusion": run.conclusion or None,
        "workflow_id": 1,
        "display_title": run.name,
        "pull_requests": pulls,
        "actor": {"login": run.actor},
        "triggering_actor": {"login": run.actor},
        "url": f"{api}/actions/runs/{run.run_id}",
        "html_url": f"{web}/actions/runs/{run.run_id}",
        "artifacts_url": f"{api}/actions/runs/{run.run_id}/artifacts",
        "repository": told,
        "head_repository": told if request is None else request["head"]["repo"],
    }
