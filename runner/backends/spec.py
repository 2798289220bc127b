"""What a worker is told about an attempt: plain JSON, the same for every backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.engine.layout import RunLayout
from runner.plan.model import Plan, Stage
from runner.plan.seeds import seeded, task_seed


class Specs:
    """Makes the specs of one run's attempts. See `runner.worker.attempt.run_attempt`."""

    def __init__(
        self, plan: Plan, layout: RunLayout, base_environment: Mapping[str, str], secrets: Mapping[str, str]
    ) -> None:
        """`base_environment` is that of the place where the programs run."""
        self._plan = seeded(plan, layout.run)
        self._layout = layout
        self._secrets = secrets
        self._tasks = {task.id: (stage, task) for stage in plan.stages for task in stage.tasks}
        self._common = {stage.name: self._of_stage(stage, base_environment) for stage in plan.stages}

    def spec(self, task: str, attempt: int, timeout: float, inputs: Mapping[str, int]) -> dict[str, Any]:
        """One attempt's spec. It holds the values of secrets, so it is never written to a file."""
        stage, known = self._tasks[task]
        return {
            **self._common[stage.name],
            "task": task,
            "attempt": attempt,
            "timeout": timeout,
            "seed": task_seed(self._plan, task),
            "parameters": known.parameters,
            "directory": str(self._layout.attempt(task, attempt)),
            "checkpoint": str(self._layout.checkpoint(task)),
            "inputs": {name: str(self._layout.output(name, number)) for name, number in inputs.items()},
            "restore": self._restored(stage, inputs),
            "steps": known.steps,
            "weights": known.weights,
            "secrets": {name: self._secrets[name] for name in stage.secrets},
        }

    def _of_stage(self, stage: Stage, base_environment: Mapping[str, str]) -> dict[str, Any]:
        needs = stage.requirements
        threads = {"OMP_NUM_THREADS": str(max(1, int(needs.cpu)))}
        return {
            "run": self._layout.run,
            "snapshot": str(self._layout.snapshot),
            "baseline": self._plan.baseline,
            "build": stage.build,
            "environment": {**base_environment, **threads, **stage.image.env, **stage.env},
            "stall_timeout": needs.stall_timeout,
            "memory": needs.memory,
        }

    def _restored(self, stage: Stage, inputs: Mapping[str, int]) -> list[tuple[str, tuple[str, ...]]]:
        if not stage.restore_weights:
            return []
        return [
            (str(self._layout.output(name, number)), self._tasks[name][1].weights)
            for name, number in inputs.items()
        ]
