"""Sweeps and agents, as GraphQL shows them."""

from __future__ import annotations

import time
from typing import Any

from tests.standins.wandb import scheduling
from tests.standins.wandb.graphql.connections import connection
from tests.standins.wandb.graphql.executing import Node
from tests.standins.wandb.graphql.runs import read_run, run_node
from tests.standins.wandb.graphql.view import View
from tests.standins.wandb.refusals import Refusal
from tests.standins.wandb.selecting import chosen, dig, is_orderable
from tests.standins.wandb.state import Agent, Run, Sweep, moment

AGENT_IS_ALIVE = 60
"""Seconds since its last heartbeat."""


def sweep_node(view: View, sweep: Sweep) -> Node:
    """A sweep."""
    runs = view.world.runs_in(sweep)
    return Node(
        "Sweep",
        {
            "id": sweep.id,
            "name": sweep.name,
            "displayName": sweep.display_name,
            "description": sweep.description,
            "method": sweep.config.get("method"),
            "state": sweep.state,
            "config": sweep.text,
            "bestLoss": lambda: best(sweep, runs),
            "controller": sweep.controller,
            "controllerRunName": None,
            "scheduler": sweep.scheduler,
            "earlyStopJobRunning": False,
            "createdAt": moment(sweep.created),
            "updatedAt": moment(sweep.updated),
            "heartbeatAt": moment(max((run.heard for run in runs), default=sweep.updated)),
            "runCount": len(runs),
            "runCountExpected": scheduling.expected(sweep.config),
            "project": lambda: view.project(sweep.project),
            "runs": lambda first=None, after=None: connection(
                "Run", runs, lambda run: run_node(view, run), first, after
            ),
            "agents": lambda: connection(
                "Agent", view.world.agents_of(sweep), lambda agent: agent_node(view, agent)
            ),
            "agent": lambda agent_name: agent_by_name(view, sweep, agent_name),
        },
    )


def best(sweep: Sweep, runs: list[Run]) -> float | None:
    """The best value of the sweep's metric."""
    metric = sweep.config.get("metric") or {}
    values = [dig(run.summary, metric.get("name", "")) for run in runs]
    numbers = [float(value) for value in values if is_orderable(value)]
    if not numbers:
        return None
    return max(numbers) if metric.get("goal") == "maximize" else min(numbers)


def agent_by_name(view: View, sweep: Sweep, name: str) -> Node:
    """One agent. Raises Refusal where there is none."""
    for agent in view.world.agents_of(sweep):
        if name in (agent.name, agent.id):
            return agent_node(view, agent)
    raise Refusal(404, "agent not found")


def agent_node(view: View, agent: Agent) -> Node:
    """An agent."""
    runs = [run for run in view.world.runs_in(agent.sweep) if run.agent == agent.id]
    alive = not agent.gone and time.time() - agent.heard < AGENT_IS_ALIVE

    def of_agent(
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        order: str | None = None,
    ) -> Node:
        ordered = chosen(runs, None, order, read_run)
        return connection("Run", ordered, lambda run: run_node(view, run), first, after)

    return Node(
        "Agent",
        {
            "id": agent.id,
            "name": agent.name,
            "host": agent.host,
            "state": "RUNNING" if alive else "FINISHED",
            "totalRuns": len(runs),
            "createdAt": moment(agent.created),
            "heartbeatAt": moment(agent.heard),
            "runs": of_agent,
        },
    )


def read_sweep(sweep: Sweep, name: str) -> Any:
    """A field of a sweep, by the name that filters and orders have for it."""
    return {
        "name": sweep.name,
        "state": sweep.state,
        "displayName": sweep.display_name or sweep.config.get("name"),
        "method": sweep.config.get("method"),
        "createdAt": moment(sweep.created),
        "created_at": sweep.created,
    }.get(name)
