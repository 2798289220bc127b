"""What one person sees of the world. Objects lead to each other through it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.standins.wandb.accounts import Accounts, Person
from tests.standins.wandb.agents import Dispatcher
from tests.standins.wandb.graphql.connections import connection
from tests.standins.wandb.graphql.executing import Node
from tests.standins.wandb.refusals import denied, not_found
from tests.standins.wandb.state import Project, Run, Sweep
from tests.standins.wandb.storage import Storage
from tests.standins.wandb.world import World


@dataclass(frozen=True)
class View:
    """A person and what there is."""

    world: World
    accounts: Accounts
    dispatcher: Dispatcher
    storage: Storage
    person: Person

    def may(self, project: Project) -> bool:
        """Whether the person may read and write there."""
        return project.entity in self.person.entities

    def require(self, project: Project) -> None:
        """Raises Refusal where the person may not."""
        if not self.may(project):
            raise denied()

    def find_project(self, entity: str | None, name: str | None) -> Project | None:
        """A project that the person may see."""
        found = self.world.projects.get((entity or self.person.username, name or ""))
        return found if found is not None and self.may(found) else None

    def writable_project(self, entity: str | None, name: str | None, operation: str) -> Project:
        """Where the person wants to write. It is made where it is not there. Raises Refusal."""
        return self.world.project(self.accounts.entity(self.person, entity, operation), name)

    def run_by_id(self, id: str, operation: str) -> Run:
        """A run by its id in GraphQL. Raises Refusal."""
        found = next((run for run in self.world.runs.values() if run.id == id), None)
        if found is None:
            raise not_found(f"run {id}", operation)
        self.require(found.project)
        return found

    def sweep_by_id(self, id: str, operation: str) -> Sweep:
        """A sweep by its id in GraphQL. Raises Refusal."""
        found = next((sweep for sweep in self.world.sweeps.values() if sweep.id == id), None)
        if found is None:
            raise not_found(f"sweep {id}", operation)
        self.require(found.project)
        return found

    def project(self, project: Project) -> Node:
        """A project, as GraphQL shows it."""
        from tests.standins.wandb.graphql.projects import project_node

        return project_node(self, project)

    def run(self, run: Run) -> Node:
        """A run, as GraphQL shows it."""
        from tests.standins.wandb.graphql.runs import run_node

        return run_node(self, run)

    def artifacts(self, ids: list[str], first: int | None, after: str | None) -> Node:
        """Artifacts by their ids, those that are complete."""
        from tests.standins.wandb.graphql.artifacts import artifact_node

        known = [self.world.artifacts[id] for id in ids]
        found = [artifact for artifact in known if artifact.state == "COMMITTED"]
        return connection("Artifact", found, lambda artifact: artifact_node(self, artifact), first, after)
