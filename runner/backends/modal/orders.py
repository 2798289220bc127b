"""What an attempt's function at the provider is called with: plain data, two handles, and no secret."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from runner.backends.modal.limits import SLICE
from runner.backends.modal.names import CODE_MOUNT, OUTPUTS_MOUNT, SNAPSHOT
from runner.backends.spec import Specs
from runner.engine.backend import Order
from runner.engine.layout import RunLayout
from runner.plan.model import Plan

if TYPE_CHECKING:
    import modal

REPORT_EVERY: Final = 5.0
"""Seconds between two commits of a trial that its search may end early."""


class Orders:
    """Makes the orders of one run. See `runner.backends.modal.attempt`."""

    def __init__(
        self, plan: Plan, run: str, *, grace: float, most_output: int, volumes: Mapping[str, modal.Volume]
    ) -> None:
        """`grace` is in seconds, `most_output` in bytes for a task; `volumes` are by part, and hydrated:
        the container that gets an order has no right to look them up.
        """
        self._specs = Specs(plan, RunLayout(Path(OUTPUTS_MOUNT) / run))
        self._told = {
            "snapshot": f"{CODE_MOUNT}/{SNAPSHOT}",
            "grace": grace,
            "max_output_bytes": most_output,
        }
        self._volumes = dict(volumes)

    def stage(self, task: str) -> str:
        """The stage of a task."""
        return self._specs.stage(task)

    def order(self, order: Order) -> dict[str, Any]:
        """What the function of the task's stage is called with."""
        told = {**self._specs.spec(order), **self._told}
        if order.timeout > SLICE:
            told["slice"] = SLICE
        if self._specs.may_end_early(order.task):
            told |= {"commit_every": REPORT_EVERY, "commit_progress": True}
        return {**msgspec.json.decode(msgspec.json.encode(told)), "volumes": self._volumes}
