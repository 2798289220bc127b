"""Mutations of sweeps and agents. A function's arguments are the fields of the mutation's input."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.standins.wandb import scheduling
from tests.standins.wandb.graphql.executing import Node
from tests.standins.wandb.graphql.sweeps import agent_node, sweep_node
from tests.standins.wandb.graphql.view import View
from tests.standins.wandb.refusals import Refusal, not_found
from tests.standins.wandb.state import Sweep, short_id

STATES = ("PENDING", "RUNNING", "PAUSED", "FINISHED", "CANCELED")


class SweepChanges:
    """What one person does to sweeps."""

    def __init__(self, view: View) -> None:
        self._view = view

    def upsert_sweep(
        self,
        id: str | None = None,
        config: str | None = None,
        description: str | None = None,
        entity_name: str | None = None,
        project_name: str | None = None,
        controller: str | None = None,
        launch_scheduler: str | None = None,
        template_variable_values: str | None = None,
        scheduler: str | None = None,
        state: str | None = None,
        prior_runs_filters: str | None = None,
        display_name: str | None = None,
    ) -> Node:
        """Make a sweep, or change one."""
        if id is not None:
            sweep, warnings = self._change(self._view.sweep_by_id(id, "upsertSweep"), config)
        else:
            project = self._view.writable_project(entity_name, project_name, "upsertSweep")
            read, warnings = scheduling.read_config(config or "")
            sweep = Sweep(project, short_id(), config or "", read, controller=controller, scheduler=scheduler)
            self._view.world.sweeps[sweep.name] = sweep
            self._adopt(sweep, prior_runs_filters)
        sweep.display_name = display_name or sweep.display_name
        sweep.description = description or sweep.description
        sweep.controller = controller or sweep.controller
        if state is not None:
            self._set_state(sweep, state)
        node = sweep_node(self._view, sweep)
        return Node("UpsertSweepPayload", {"sweep": node, "configValidationWarnings": warnings})

    def create_agent(
        self, host: str, sweep: str, project_name: str | None = None, entity_name: str | None = None
    ) -> Node:
        """Register an agent."""
        project = self._view.find_project(entity_name, project_name)
        found = None if project is None else self._view.world.sweep(project, sweep)
        if found is None:
            raise Refusal(404, f"could not find sweep {sweep} during createAgent")
        agent = self._view.dispatcher.register(found, host)
        return Node("CreateAgentPayload", {"agent": agent_node(self._view, agent)})

    def agent_heartbeat(self, id: str, metrics: str | None = None, run_state: str | None = None) -> Node:
        """Tell an agent what to do."""
        agent = self._view.world.agents.get(id)
        if agent is None or agent.sweep.name not in self._view.world.sweeps:
            raise Refusal(404, "agent not found")
        self._view.require(agent.sweep.project)
        listed: dict[str, Any] = json.loads(run_state or "{}")
        commands = self._view.dispatcher.heartbeat(agent, [name for name, has in listed.items() if has])
        node = agent_node(self._view, agent)
        return Node("AgentHeartbeatPayload", {"agent": node, "commands": json.dumps(commands)})

    def _change(self, sweep: Sweep, config: str | None) -> tuple[Sweep, list[str]]:
        if config is None:
            return sweep, []
        if self._view.world.runs_in(sweep):
            raise Refusal(400, f"Sweep {sweep.name} has runs: its config cannot change")
        sweep.config, warnings = scheduling.read_config(config)
        sweep.text, sweep.updated = config, time.time()
        return sweep, warnings

    def _adopt(self, sweep: Sweep, filters: str | None) -> None:
        """Runs that were there before and count for the sweep."""
        for wanted in json.loads(filters or "{}").get("$or", []):
            run = self._view.world.run(sweep.project, wanted["name"])
            if run is None:
                raise not_found(f"run {wanted['name']}", "upsertSweep")
            run.sweep = sweep.name

    def _set_state(self, sweep: Sweep, state: str) -> None:
        if state not in STATES:
            raise Refusal(400, f"invalid sweep state {state}")
        self._view.dispatcher.set_state(sweep, state)
