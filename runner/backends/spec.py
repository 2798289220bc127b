"""What a worker is told about an attempt: plain JSON, the same for every backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from runner.backends.trial import trial_spec
from runner.engine.backend import Order
from runner.engine.layout import RunLayout
from runner.plan.model import Plan, Stage
from runner.plan.seeds import seeded, task_seed

OVERHEAD: Final = 15 * 60
"""Seconds, beside its timeout, that an attempt may take to copy what goes in and comes out."""


class Specs:
    """Makes the specs of one run's attempts. See `runner.worker.attempt.run_attempt`.

    They say what every backend knows: a backend adds `directory` and `snapshot`, the environment of
    the place, and the values of the secrets that `secret_names` lists.
    """

    def __init__(self, plan: Plan, layout: RunLayout) -> None:
        """`layout` is where the run lies for the worker."""
        self._plan = seeded(plan, layout.run)
        self._layout = layout
        self._tasks = {task.id: (stage, task) for stage in plan.stages for task in stage.tasks}
        self._common = {stage.name: self._of_stage(stage) for stage in plan.stages}

    def stage(self, task: str) -> str:
        """The stage of a task."""
        return self._tasks[task][0].name

    def may_end_early(self, task: str) -> bool:
        """Whether a task is a trial that its search may stop, for what it reports while it runs."""
        search = self._tasks[task][0].search
        return search is not None and bool(search.early_terminate)

    def spec(self, order: Order) -> dict[str, Any]:
        """One attempt's spec. It holds no secret."""
        stage, task = self._tasks[order.task]
        told = {
            **self._common[stage.name],
            "task": order.task,
            "attempt": order.attempt,
            "timeout": order.timeout,
            "seed": task_seed(self._plan, order.task),
            "parameters": task.parameters,
            "checkpoint": str(self._layout.checkpoint(order.task)),
            "inputs": {name: str(self._layout.output(name, number)) for name, number in order.inputs.items()},
            "restore": self._restored(stage, order.inputs),
            "steps": task.steps,
            "weights": task.weights,
        }
        if stage.search is not None and order.point is not None:
            told |= trial_spec(self._layout.run, stage, stage.search, order, order.point)
        return told

    def _of_stage(self, stage: Stage) -> dict[str, Any]:
        needs = stage.requirements
        threads = {"OMP_NUM_THREADS": str(max(1, int(needs.cpu)))}
        return {
            "run": self._layout.run,
            "baseline": self._plan.baseline,
            "build": stage.build,
            "environment": {**threads, **stage.image.env, **stage.env},
            "secret_names": stage.secrets,
            "stall_timeout": needs.stall_timeout,
            "memory": needs.memory,
            "files": stage.files,
            "env_from": stage.env_from,
        }

    def _restored(self, stage: Stage, inputs: Mapping[str, int]) -> list[tuple[str, tuple[str, ...]]]:
        if not stage.restore_weights:
            return []
        return [
            (str(self._layout.output(name, number)), self._tasks[name][1].weights)
            for name, number in inputs.items()
        ]
