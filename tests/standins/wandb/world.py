"""All that the stand-in knows."""

from __future__ import annotations

import itertools
from typing import Any

from tests.standins.wandb.state import Agent, Artifact, Project, Run, Sweep


class World:
    """Everything together."""

    def __init__(self) -> None:
        self.projects: dict[tuple[str, str], Project] = {}
        self.sweeps: dict[str, Sweep] = {}
        self.agents: dict[str, Agent] = {}
        self.runs: dict[tuple[str, str, str], Run] = {}
        self.artifacts: dict[str, Artifact] = {}
        self._numbers = itertools.count(1)

    def project(self, entity: str, name: str | None) -> Project:
        """A project; one that is not there is made."""
        key = entity, name or "uncategorized"
        if key not in self.projects:
            self.projects[key] = Project(*key, number=next(self._numbers))
        return self.projects[key]

    def run(self, project: Project, name: str) -> Run | None:
        """A run of a project."""
        return self.runs.get((*project.key, name))

    def new_run(self, project: Project, name: str, **fields: Any) -> Run:
        """A run that begins."""
        made = Run(project, name, **fields)
        made.display_name = made.display_name or f"run-{name}"
        self.runs[(*project.key, name)] = made
        return made

    def runs_of(self, project: Project) -> list[Run]:
        """The runs of a project, oldest first."""
        return [run for run in self.runs.values() if run.project is project]

    def sweep(self, project: Project, name: str) -> Sweep | None:
        """A sweep of a project."""
        found = self.sweeps.get(name)
        return found if found is not None and found.project is project else None

    def runs_in(self, sweep: Sweep) -> list[Run]:
        """The runs of a sweep, oldest first."""
        return [run for run in self.runs_of(sweep.project) if run.sweep == sweep.name]

    def agents_of(self, sweep: Sweep) -> list[Agent]:
        """The agents of a sweep."""
        return [agent for agent in self.agents.values() if agent.sweep is sweep]
