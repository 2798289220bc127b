"""What a worker is told about a trial: its point, in every way in which programs read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from runner.engine.backend import Order
from runner.plan.macros import ARGUMENTS_FILE, flattened, trial_command, wandb_config
from runner.plan.model import Search, Stage

PARAMETERS: Final = "params.yaml"
"""The point as W&B's agent writes it down, which `wandb.init` reads."""

ARGUMENTS: Final = ARGUMENTS_FILE.removeprefix("${files}/")
"""The point as one JSON object."""

REPORT_EVERY: Final = "1"
"""Seconds between two moments at which W&B's client writes down what was logged; 15 otherwise."""


def trial_spec(
    run: str, stage: Stage, search: Search, order: Order, point: Mapping[str, Any]
) -> dict[str, Any]:
    """The parts of an attempt's spec that only a trial has, or has otherwise than its stage."""
    import yaml

    trial = order.task.partition("/")[2]
    attempt = f"-{order.attempt}" if order.attempt > 1 else ""
    files = {
        # JSON would not do, although YAML takes it: PyYAML reads its 1e-05 as text.
        PARAMETERS: yaml.safe_dump(wandb_config(point), sort_keys=False),
        ARGUMENTS: json.dumps(dict(point)),
    }
    variables = {
        "WANDB_SWEEP_PARAM_PATH": f"${{files}}/{PARAMETERS}",
        "WANDB_DIR": "${output}",
        "WANDB_RUN_ID": f"{run}-{trial}{attempt}",
        "WANDB_MODE": "online" if search.online else "offline",
        "WANDB_X_TRANSACTION_LOG_FLUSH_INTERVAL": REPORT_EVERY,
    }
    if not search.online:
        variables["WANDB_SWEEP_ID"] = run
    return {
        "steps": [trial_command(search, point)],
        "parameters": flattened(point),
        "files": {**stage.files, **files},
        "variables": variables,
        "harvest": True,
    }
