"""Projects, as GraphQL shows them: all else is found through them."""

from __future__ import annotations

from typing import Any

from tests.standins.wandb.graphql.artifacts import (
    artifact_node,
    by_name,
    collection_node,
    membership_node,
    type_node,
    versions,
)
from tests.standins.wandb.graphql.connections import connection
from tests.standins.wandb.graphql.executing import Node
from tests.standins.wandb.graphql.people import entity
from tests.standins.wandb.graphql.runs import read_run, run_node
from tests.standins.wandb.graphql.sweeps import read_sweep, sweep_node
from tests.standins.wandb.graphql.view import View
from tests.standins.wandb.refusals import not_found
from tests.standins.wandb.selecting import chosen
from tests.standins.wandb.state import Project, moment

CREATED = "+created_at"


def project_node(view: View, project: Project) -> Node:
    """A project."""
    return Node("Project", basics(project) | lists(view, project) | things(view, project))


def basics(project: Project) -> dict[str, Any]:
    """What it is."""
    return {
        "id": project.id,
        "internalId": str(project.number),
        "name": project.name,
        "entityName": project.entity,
        "entity": entity(project.entity),
        "createdAt": moment(project.created),
        "description": None,
        "access": "PRIVATE",
        "views": "{}",
        "isBenchmark": False,
        "readOnly": False,
        "user": None,
    }


def lists(view: View, project: Project) -> dict[str, Any]:
    """Its runs and sweeps."""
    runs = view.world.runs_of(project)
    sweeps = [sweep for sweep in view.world.sweeps.values() if sweep.project is project]

    def page_of_runs(
        filters: str | None = None,
        first: int | None = None,
        after: str | None = None,
        order: str | None = None,
    ) -> Node:
        found = chosen(runs, filters, order or CREATED, read_run)
        return connection("Run", found, lambda run: run_node(view, run), first, after)

    def page_of_sweeps(
        first: int | None = None, after: str | None = None, filters: str | None = None
    ) -> Node:
        found = chosen(sweeps, filters, CREATED, read_sweep)
        return connection("Sweep", found, lambda sweep: sweep_node(view, sweep), first, after)

    return {
        "runCount": lambda filters=None: len(chosen(runs, filters, None, read_run)),
        "runs": page_of_runs,
        "totalSweeps": len(sweeps),
        "sweeps": page_of_sweeps,
    }


def things(view: View, project: Project) -> dict[str, Any]:
    """One run, sweep or artifact of it."""

    def run(name: str) -> Node | None:
        found = view.world.run(project, name)
        return None if found is None else run_node(view, found)

    def bucket(name: str, missing_ok: bool = False) -> Node | None:
        found = view.world.run(project, name)
        if found is None and not missing_ok:
            raise not_found(f"run {name}", "bucket")
        return None if found is None or not found.began else run_node(view, found)

    def sweep(sweep_name: str) -> Node | None:
        found = view.world.sweep(project, sweep_name)
        return None if found is None else sweep_node(view, found)

    def artifact(name: str) -> Node | None:
        found = by_name(view.world, project, name)
        return None if found is None else artifact_node(view, found)

    def membership(name: str) -> Node | None:
        found = by_name(view.world, project, name)
        return None if found is None else membership_node(view, found)

    def collection(name: str) -> Node | None:
        return collection_node(view, project, name) if versions(view.world, project, name) else None

    def of_type(name: str) -> Node:
        node = type_node(name)
        return Node(node.type, {**node.fields, "artifactCollection": collection})

    return {
        "run": run,
        "bucket": bucket,
        "sweep": sweep,
        "artifact": artifact,
        "artifactCollectionMembership": membership,
        "artifactCollection": collection,
        "artifactType": of_type,
    }
