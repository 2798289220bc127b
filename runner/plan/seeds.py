"""Seeds: one of a run, and one of each of its tasks."""

from __future__ import annotations

import hashlib

from msgspec.structs import replace

from runner.plan.model import Plan


def seeded(plan: Plan, run: str) -> Plan:
    """The plan with a seed: its own, or one derived from the run's id.

    Running the same plan with `--set spec.seed=` that number gives every task the same seed again.
    """
    return plan if plan.seed is not None else replace(plan, seed=_digest(run))


def task_seed(plan: Plan, task: str) -> int:
    """The seed of a task (31 bits), the same for each of its attempts."""
    return _digest(f"{plan.seed}\n{task}")


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1
