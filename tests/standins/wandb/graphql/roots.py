"""What can be asked, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.standins.wandb.graphql.artifact_changes import ArtifactChanges
from tests.standins.wandb.graphql.artifacts import artifact_node
from tests.standins.wandb.graphql.connections import connection
from tests.standins.wandb.graphql.executing import Node, taking_input
from tests.standins.wandb.graphql.people import entity, user
from tests.standins.wandb.graphql.projects import project_node
from tests.standins.wandb.graphql.run_changes import RunChanges
from tests.standins.wandb.graphql.sweep_changes import SweepChanges
from tests.standins.wandb.graphql.view import View
from tests.standins.wandb.refusals import Refusal


def query(view: View, features: Sequence[str]) -> Node:
    """The root of all questions."""
    told = [Node("ServerFeature", {"name": name, "isEnabled": True}) for name in features]

    def project(name: str | None = None, entity_name: str | None = None) -> Node | None:
        if not name:
            raise Refusal(400, "name required for project query")
        found = view.find_project(entity_name, name)
        return None if found is None else project_node(view, found)

    def projects(entity_name: str | None = None, first: int | None = None, after: str | None = None) -> Node:
        owner = entity_name or view.person.username
        found = [each for each in view.world.projects.values() if each.entity == owner and view.may(each)]
        return connection("Project", found, lambda each: project_node(view, each), first, after)

    def artifact(id: str) -> Node | None:
        found = view.world.artifacts.get(id)
        return artifact_node(view, found) if found is not None and view.may(found.project) else None

    def mapped(client_id: str) -> Node | None:
        for each in view.world.artifacts.values():
            if each.client_id == client_id and view.may(each.project):
                return Node("ClientIDMapping", {"serverID": each.id})
        return None

    return Node(
        "Query",
        {
            "viewer": user(view.person),
            "serverInfo": Node("ServerInfo", {"features": told}),
            "entity": lambda name: entity(name) if view.accounts.exists(name) else None,
            "project": project,
            "model": project,
            "models": projects,
            "artifact": artifact,
            "clientIDMapping": mapped,
        },
    )


def mutation(view: View) -> Node:
    """The root of all changes."""
    sweeps, runs, artifacts = SweepChanges(view), RunChanges(view), ArtifactChanges(view)
    changes: dict[str, Callable[..., Any]] = {
        "upsertSweep": sweeps.upsert_sweep,
        "createAgent": sweeps.create_agent,
        "agentHeartbeat": sweeps.agent_heartbeat,
        "upsertBucket": runs.upsert_bucket,
        "deleteRun": runs.delete_run,
        "stopRun": runs.stop_run,
        "updateRunState": runs.update_run_state,
        "createRunFiles": runs.create_run_files,
        "markRunFilesUploaded": runs.mark_run_files_uploaded,
        "deleteFiles": runs.delete_files,
        "upsertModel": runs.upsert_model,
        "createArtifact": artifacts.create_artifact,
        "createArtifactManifest": artifacts.create_artifact_manifest,
        "updateArtifactManifest": artifacts.update_artifact_manifest,
        "createArtifactFiles": artifacts.create_artifact_files,
        "commitArtifact": artifacts.commit_artifact,
        "updateArtifact": artifacts.update_artifact,
        "useArtifact": artifacts.use_artifact,
    }
    return Node("Mutation", {name: taking_input(change) for name, change in changes.items()})
