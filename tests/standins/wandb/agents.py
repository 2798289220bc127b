"""What agents are told: run this, stop that, exit."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from tests.standins.wandb import scheduling
from tests.standins.wandb.refusals import Refusal
from tests.standins.wandb.state import Agent, Run, Sweep, node_id, short_id
from tests.standins.wandb.world import World


@dataclass
class Timing:
    """Seconds after which a run that says nothing is taken for dead."""

    silence: float = 300.0
    """Of any run; it comes to life again when it speaks."""
    unlisted: float | None = 3.0
    """Of a run that its agent has and does not list; None leaves it to the silence."""


@dataclass
class Dispatcher:
    """Gives runs to agents."""

    world: World
    timing: Timing

    def register(self, sweep: Sweep, host: str) -> Agent:
        """A new agent. Raises Refusal where the sweep is over."""
        if sweep.state in ("FINISHED", "CANCELED"):
            raise Refusal(400, f"Sweep {sweep.name} is not running")
        agent = Agent(node_id("Agent", short_id()), sweep, host)
        self.world.agents[agent.id] = agent
        return agent

    def heartbeat(self, agent: Agent, listed: list[str]) -> list[dict[str, Any]]:
        """What the agent is to do; `listed` are the runs that it says it has."""
        agent.heard = time.time()
        self._lose_unlisted(agent, listed)
        self._end_early(agent.sweep)
        mine = [run for run in self.world.runs_in(agent.sweep) if run.name in listed]
        commands: list[dict[str, Any]] = [
            {"type": "stop", "run_id": run.name} for run in mine if run.stopping and run.alive
        ]
        if not listed:
            commands += self._next(agent)
        return commands

    def settle(self) -> None:
        """Take runs for dead that have been silent too long, and sweeps for finished that have no more."""
        for run in self.world.runs.values():
            if run.alive and time.time() - run.heard > self.timing.silence:
                lose(run)
        for sweep in self.world.sweeps.values():
            cap = sweep.config.get("run_cap")
            if sweep.state != "RUNNING" or not cap or sweep.is_local:
                continue
            runs = self.world.runs_in(sweep)
            if len(runs) >= cap and not any(run.alive for run in runs):
                sweep.state = "FINISHED"

    def set_state(self, sweep: Sweep, state: Any) -> None:
        """A person pauses, resumes, stops or cancels. Cancelling stops the runs too."""
        sweep.state, sweep.updated = state, time.time()
        if state == "CANCELED":
            for run in self.world.runs_in(sweep):
                run.stopping = run.stopping or run.alive

    def _lose_unlisted(self, agent: Agent, listed: list[str]) -> None:
        if self.timing.unlisted is None:
            return
        for run in self.world.runs_in(agent.sweep):
            silent = time.time() - run.heard > self.timing.unlisted
            if run.agent == agent.id and run.alive and run.name not in listed and silent:
                lose(run)

    def _end_early(self, sweep: Sweep) -> None:
        runs = self.world.runs_in(sweep)
        stopped = scheduling.to_stop(sweep.config, runs)
        for run in runs:
            run.stopping = run.stopping or (run.name in stopped and run.alive)

    def _next(self, agent: Agent) -> list[dict[str, Any]]:
        sweep = agent.sweep
        if sweep.state in ("PENDING", "RUNNING") and not sweep.is_local:
            command = self._suggest(agent)
            if command is not None:
                return [command]
        if sweep.state in ("FINISHED", "CANCELED") or self._is_full(sweep):
            agent.gone = True
            return [{"type": "exit"}]
        return []

    def _is_full(self, sweep: Sweep) -> bool:
        cap = sweep.config.get("run_cap")
        return not sweep.is_local and cap is not None and len(self.world.runs_in(sweep)) >= cap

    def _suggest(self, agent: Agent) -> dict[str, Any] | None:
        sweep = agent.sweep
        if self._is_full(sweep):
            return None
        point = scheduling.suggest(sweep.config, self.world.runs_in(sweep))
        if point is None:
            sweep.state = "FINISHED"
            return None
        sweep.state = "RUNNING"
        name = short_id()
        self.world.new_run(
            sweep.project, name, state="pending", config=point, sweep=sweep.name, agent=agent.id
        )
        return {
            "id": short_id(),
            "type": "run",
            "run_id": name,
            "program": sweep.config.get("program"),
            "args": point,
        }


def lose(run: Run) -> None:
    """A run of which nothing more is heard."""
    run.state = "killed" if run.stopping else "crashed"
