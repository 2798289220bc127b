"""What the programs are told that talk to W&B: to open a sweep, to work on it, to read its runs."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from msgspec import to_builtins

from runner.kinds.sweep.config import SweepConfig
from runner.kinds.sweep.shape import config_of, scheduler_of, size_of, trials_of
from runner.kinds.sweep.spec import SweepJob
from runner.manifest.units import seconds


def shipped(job: SweepJob, program: str) -> dict[str, str]:
    """The program of a task that talks to W&B, and what it is told, as files of its stage."""
    settings = json.dumps(settings_of(job), indent=1)
    return {**{name: _source(name) for name in (program, "wandb_api.py")}, "settings.json": settings}


@cache
def _source(program: str) -> str:
    from importlib.resources import files

    return files("runner.kinds.sweep").joinpath("programs", program).read_text("utf-8")


def settings_of(job: SweepJob) -> dict[str, Any]:
    """What the programs that talk to W&B are told; there is no secret in it.

    `timeout` is that of one trial, in seconds; an empty entity or project is left to W&B.
    """
    spec, config = job.spec, config_of(job)
    entity, project, sweep_id = _place(job, config)
    name = (config.name if config is not None else "") or job.metadata.name
    return {
        "sweep": None if config is None else _at_wandb(job, config, name, entity, project),
        "sweep_id": sweep_id,
        "entity": entity,
        "project": project,
        "name": name,
        "count": trials_of(job),
        "runs_per_worker": spec.runs_per_worker,
        "timeout": seconds(spec.resources.timeout),
        "create_only": spec.create_only,
        "local_controller": scheduler_of(job) == "embedded",
        "metric": "" if config is None or config.metric is None else config.metric.name,
    }


def variables_of(job: SweepJob) -> dict[str, str]:
    """Where trials log to that nobody created a sweep for, as variables of W&B's client."""
    entity, project, _ = _place(job, config_of(job))
    told = {"WANDB_ENTITY": entity, "WANDB_PROJECT": project}
    return {name: value for name, value in told.items() if value}


def _place(job: SweepJob, config: SweepConfig | None) -> tuple[str, str, str]:
    """Whose sweep it is, in which project, and its id where it exists.

    A sweep id that is written as entity/project/id says where it is; else the manifest does, and then the
    sweep itself.
    """
    *above, sweep_id = (job.spec.sweep_id or "").split("/")
    project = above.pop() if above else job.spec.project or (config.project if config is not None else "")
    entity = above.pop() if above else job.spec.entity or (config.entity if config is not None else "")
    return entity, project, sweep_id


def _at_wandb(job: SweepJob, config: SweepConfig, name: str, entity: str, project: str) -> dict[str, Any]:
    """The sweep as W&B gets it. It is told to end where a grid would not end by itself."""
    plain: dict[str, Any] = to_builtins(config)
    named = {"name": name, "entity": entity, "project": project}
    plain |= {field: value for field, value in named.items() if value}
    whole = config.method == "grid" and trials_of(job) == size_of(job, config)
    if not whole and not job.spec.create_only:
        plain["run_cap"] = trials_of(job)
    return plain
