"""Sweeps that have come to their end, as the pipeline hands them to the kind."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from runner.kinds.sweep.spec import SweepJob
from runner.results.model import AttemptRecord, Outcome, TaskRecord, TrialRecord

METRIC = "train/roll/ep_rew/mean"
BEGAN = 1_795_186_800.0
SPACE: dict[str, Any] = {
    "batch_size": {"values": [32, 64, 128]},
    "env": {"value": "CartPole-v1"},
    "norm": {"values": ["layer", "none"]},
    "policy_lr": {
        "parameters": {
            "end": {"min": 0.0, "max": 0.001},
            "start": {"distribution": "log_uniform_values", "min": 0.00001, "max": 0.01},
        }
    },
}
Trial = tuple[dict[str, Any], float | None, Outcome]


def job(spec: Mapping[str, Any] | None = None, **sweep: Any) -> SweepJob:
    described = {
        "method": "random",
        "program": "train.py",
        "metric": {"name": METRIC, "goal": "maximize"},
        "parameters": SPACE,
    }
    made = {name: value for name, value in {**described, **sweep}.items() if value is not None}
    manifest = {
        "apiVersion": "runner/v1",
        "kind": "Sweep",
        "metadata": {"name": "cartpole-random"},
        "spec": {"count": 30, **({} if "sweep_id" in (spec or {}) else {"sweep": made}), **(spec or {})},
    }
    return msgspec.convert(manifest, SweepJob)


def cartpole(count: int, seed: int = 1) -> list[Trial]:
    """Trials of which the learning rate at the start decides most, and the batch size some."""
    chance, trials = random.Random(seed), []
    for _ in range(count):
        start = 10 ** chance.uniform(-5, -2)
        size = chance.choice([32, 64, 128])
        point = {
            "batch_size": size,
            "env": "CartPole-v1",
            "norm": chance.choice(["layer", "none"]),
            "policy_lr": {"end": chance.uniform(0, 0.001), "start": start},
        }
        value = 420 + 90 * math.log10(start) + 180 + 0.4 * size + chance.gauss(0, 12)
        trials.append((point, round(value, 3), "succeeded"))
    return trials


def ended(
    folder: Path, trials: Sequence[Trial], metrics: Mapping[int, Mapping[str, float]] | None = None
) -> tuple[dict[str, TaskRecord], dict[str, Path]]:
    """The tasks and outputs of trials that the run itself scheduled; `metrics` are beside the sweep's."""
    tasks, outputs = {}, {}
    width = max(2, len(str(len(trials))))
    for number, (point, value, outcome) in enumerate(trials, 1):
        task = f"trials/{number:0{width}d}"
        begun = BEGAN + 10 * number
        attempt = AttemptRecord(number=1, outcome=outcome, started=begun, ended=begun + 60 + number % 7)
        tasks[task] = TaskRecord(
            id=task, outcome=outcome, attempts=(attempt,), seconds=60.0, trial=TrialRecord(point, value)
        )
        if outcome in ("succeeded", "stopped"):
            outputs[task] = folder / task
            outputs[task].mkdir(parents=True)
            said = dict((metrics or {}).get(number - 1, {})) | ({} if value is None else {METRIC: value})
            (outputs[task] / "metrics.json").write_text(json.dumps(said))
    return tasks, outputs


def at_wandb(
    folder: Path, runs: Sequence[Mapping[str, Any]], **sweep: Any
) -> tuple[dict[str, TaskRecord], dict[str, Path]]:
    """The tasks and outputs of a run whose trials W&B scheduled."""
    opened = {
        "id": "k3x9q2ab", "entity": "acme", "project": "cartpole", "name": "cartpole-random",
        "url": "https://wandb.example/acme/cartpole/sweeps/k3x9q2ab", "state": "FINISHED",
        "method": "random", "metric": {"name": METRIC, "goal": "maximize"}, "run_count": len(runs), **sweep,
    }  # fmt: skip
    attempt = AttemptRecord(number=1, outcome="succeeded", started=BEGAN, ended=BEGAN + 900)
    tasks, outputs = {}, {}
    for task in ("sweep/open", "agents/01", "agents/02", "study/runs"):
        tasks[task] = TaskRecord(id=task, outcome="succeeded", attempts=(attempt,), seconds=900.0)
        outputs[task] = folder / task
        outputs[task].mkdir(parents=True)
    (outputs["sweep/open"] / "sweep.json").write_text(json.dumps(opened))
    (outputs["study/runs"] / "study.json").write_text(json.dumps({"sweep": opened, "runs": list(runs)}))
    return tasks, outputs


def run(number: int, trial: Trial, state: str = "finished", **fields: Any) -> dict[str, Any]:
    """A run as the program that reads them from W&B writes it down."""
    point, value, _ = trial
    return {
        "id": f"run{number:05d}",
        "name": f"sunny-sweep-{number}",
        "state": state,
        "config": point,
        "summary": {} if value is None else {METRIC: value},
        "value": value,
        "seconds": 60.0 + number % 7,
        "url": f"https://wandb.example/acme/cartpole/runs/run{number:05d}",
        "created": f"2026-11-20T15:{number % 60:02d}:00Z",
        **fields,
    }
