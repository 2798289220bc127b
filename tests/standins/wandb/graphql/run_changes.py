"""Mutations of runs and projects. A function's arguments are the fields of the mutation's input."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.standins.wandb.graphql.executing import Node
from tests.standins.wandb.graphql.projects import project_node
from tests.standins.wandb.graphql.runs import run_node
from tests.standins.wandb.graphql.view import View
from tests.standins.wandb.refusals import Refusal, not_found
from tests.standins.wandb.state import Run, node_id, short_id

TRANSITIONS = {"pending": ("running", "failed", "crashed"), "failed": ("pending", "running")}
"""A state that a person may ask for, and those that it may come from."""


class RunChanges:
    """What one person does to runs."""

    def __init__(self, view: View) -> None:
        self._view = view

    def upsert_bucket(
        self,
        id: str | None = None,
        name: str | None = None,
        model_name: str | None = None,
        entity_name: str | None = None,
        sweep: str | None = None,
        config: str | None = None,
        summary_metrics: str | None = None,
        state: str | None = None,
        **fields: Any,
    ) -> Node:
        """Begin a run, or change one."""
        inserted = False
        if id is not None:
            run = self._view.run_by_id(id, "upsertBucket")
            if config is not None:
                run.config = json.loads(config)
        else:
            run, inserted = self._begin(entity_name, model_name, name or short_id(), sweep, state)
            run.config.update(json.loads(config or "{}"))
        run.summary.update(json.loads(summary_metrics or "{}"))
        describe(run, **fields)
        run.heard = time.time()
        return Node("UpsertBucketPayload", {"bucket": run_node(self._view, run), "inserted": inserted})

    def delete_run(self, id: str, delete_artifacts: bool = False) -> Node:
        """Forget a run."""
        run = self._view.run_by_id(id, "deleteRun")
        del self._view.world.runs[(*run.project.key, run.name)]
        for artifact in self._view.world.artifacts.values():
            if delete_artifacts and artifact.run is run:
                artifact.state = "DELETED"
        return Node("DeleteRunPayload", {"clientMutationId": None})

    def stop_run(self, id: str) -> Node:
        """Ask a run to stop."""
        run = self._view.run_by_id(id, "stopRun")
        run.stopping = run.stopping or run.alive
        return Node("StopRunPayload", {"success": True})

    def update_run_state(self, id: str, state: str) -> Node:
        """Say what has become of a run that is in no sweep."""
        run = self._view.run_by_id(id, "updateRunState")
        if run.sweep is not None:
            raise Refusal(400, "cannot update the state of a run in a sweep")
        if run.state not in TRANSITIONS.get(state, ()):
            raise Refusal(400, f"cannot update the state of a run from {run.state} to {state}")
        run.state = "pending" if state == "pending" else "failed"
        return Node("UpdateRunStatePayload", {"success": True})

    def create_run_files(self, entity_name: str, project_name: str, run_name: str, files: list[str]) -> Node:
        """Where to put files of a run."""
        run = self._find(entity_name, project_name, run_name, "createRunFiles")
        places = [
            Node("CreateRunFile", {"name": name, "uploadUrl": self._view.storage.of_run(run, name)})
            for name in files
        ]
        return Node("CreateRunFilesPayload", {"runID": run.id, "uploadHeaders": [], "files": places})

    def mark_run_files_uploaded(
        self, entity_name: str, project_name: str, run_name: str, files: list[str]
    ) -> Node:
        """The files are there."""
        self._find(entity_name, project_name, run_name, "markRunFilesUploaded")
        return Node("MarkRunFilesUploadedPayload", {"success": True})

    def delete_files(self, files: list[str], project_id: int | None = None) -> Node:
        """Remove files of runs."""
        for run in self._view.world.runs.values():
            if self._view.may(run.project):
                kept = run.files.items()
                run.files = {name: text for name, text in kept if node_id("File", run.id, name) not in files}
        return Node("DeleteFilesPayload", {"success": True})

    def upsert_model(self, name: str, entity_name: str | None = None, **_: Any) -> Node:
        """Make a project."""
        project = project_node(self._view, self._view.writable_project(entity_name, name, "upsertModel"))
        return Node("UpsertModelPayload", {"project": project, "model": project, "inserted": True})

    def _begin(
        self, entity: str | None, project: str | None, name: str, sweep: str | None, state: str | None
    ) -> tuple[Run, bool]:
        place = self._view.writable_project(entity, project, "upsertBucket")
        run = self._view.world.run(place, name) or self._view.world.new_run(place, name)
        inserted, run.began = not run.began, True
        run.state = "pending" if state == "pending" else "running"
        run.exit_code = None
        run.sweep = sweep or run.sweep
        known = self._view.world.sweep(place, run.sweep) if run.sweep else None
        if known is not None and known.state == "PENDING":
            known.state = "RUNNING"
        return run, inserted

    def _find(self, entity: str, project: str, name: str, operation: str) -> Run:
        place = self._view.writable_project(entity, project, operation)
        run = self._view.world.run(place, name)
        if run is None:
            raise not_found(f"run {name}", operation)
        return run


def describe(
    run: Run,
    display_name: str | None = None,
    description: str | None = None,
    notes: str | None = None,
    tags: list[str] | None = None,
    group_name: str | None = None,
    job_type: str | None = None,
    host: str | None = None,
    job_program: str | None = None,
    job_repo: str | None = None,
    commit: str | None = None,
    debug: bool | None = None,
) -> None:
    """What a person or program says about a run; nothing changes where nothing is said."""
    said = {
        "display_name": display_name,
        "description": description,
        "notes": notes,
        "tags": tags,
        "group": group_name,
        "job_type": job_type,
        "host": host,
        "program": job_program,
    }
    for name, value in said.items():
        if value is not None:
            setattr(run, name, value)
