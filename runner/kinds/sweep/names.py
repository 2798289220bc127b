"""What the stages, tasks and files of a sweep are called."""

from __future__ import annotations

from typing import Final

SWEEP: Final = "sweep"
"""The stage that creates the sweep at W&B, or finds it there."""

OPEN: Final = f"{SWEEP}/open"
TRIALS: Final = "trials"
AGENTS: Final = "agents"
STUDY: Final = "study"
RUNS: Final = f"{STUDY}/runs"

BEST: Final = "best"
"""How `deploy` names the task of the best trial, which is known only at the end."""

BEST_FILE: Final = "best.yaml"
"""How `deploy` names the best configuration, which belongs to no task."""

API_KEY: Final = "WANDB_API_KEY"


def numbered(stage: str, count: int) -> list[str]:
    """The ids of the tasks of a stage, counted from 1, all of the same width."""
    width = max(2, len(str(count)))
    return [f"{stage}/{number:0{width}d}" for number in range(1, count + 1)]
