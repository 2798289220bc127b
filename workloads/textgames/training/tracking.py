"""W&B, as transformers' own callback reports to it."""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

from workloads.textgames.settings import Wandb


def prepare(wandb: Wandb, output: Path, job: str, run: str | None) -> str | None:
    """Say in the environment where W&B finds its run; return the run's id, or None where none is wanted.

    `run` is that of an earlier attempt, which goes on. Without WANDB_API_KEY the run is kept offline, in the
    output folder, unless WANDB_MODE says otherwise.
    """
    if not wandb.enabled:
        return None
    run = run or uuid.uuid4().hex
    os.environ.update(WANDB_RUN_ID=run, WANDB_RESUME="allow", WANDB_NAME=job, WANDB_DIR=str(output))
    os.environ["WANDB_LOG_MODEL"] = "false"
    if wandb.project is not None:
        os.environ["WANDB_PROJECT"] = wandb.project
    if wandb.entity is not None:
        os.environ["WANDB_ENTITY"] = wandb.entity
    if not os.environ.get("WANDB_API_KEY"):
        os.environ.setdefault("WANDB_MODE", "offline")
    return run


def finish(status: int) -> None:
    """End the run of W&B, if there is one."""
    wandb = sys.modules.get("wandb")
    if wandb is not None and wandb.run is not None:
        wandb.finish(exit_code=status)
