"""How large a sweep is: who schedules it, how many trials it has, and how many of them run at once."""

from __future__ import annotations

import math
from typing import Any, Final, Literal

from msgspec import to_builtins

from runner.errors import InputError
from runner.kinds.sweep.config import SweepConfig
from runner.kinds.sweep.names import API_KEY
from runner.kinds.sweep.spec import SweepJob
from runner.plan.space import grid_size

DEFAULT_TRIALS: Final = 10
"""Trials of a sweep that is no grid, where nothing says how many."""

MOST_TRIALS: Final = 10_000

BAYES_AT_ONCE: Final = 4
"""Trials at once of a bayes sweep where `max_parallel` does not say: each misses those beside it."""

Scheduler = Literal["wandb", "embedded"]


def config_of(job: SweepJob) -> SweepConfig | None:
    """The sweep that the manifest holds; None where it only names one that exists.

    Raises InputError where its file has not been read.
    """
    sweep = job.spec.sweep
    if isinstance(sweep, str):
        raise InputError(
            "sweep-file",
            f"the sweep file {sweep} cannot be looked up, as no repository is known",
            place=job.metadata.name,
            fix="call it inside a git repository",
        )
    return sweep


def parameters_of(config: SweepConfig) -> dict[str, Any]:
    """The parameters as plain data, as W&B's schema has them."""
    plain: dict[str, Any] = to_builtins(config.parameters)
    return plain


def scheduler_of(job: SweepJob) -> Scheduler:
    """Who chooses the points, with `auto` resolved."""
    spec = job.spec
    if spec.scheduler != "auto":
        return spec.scheduler
    at_wandb = spec.sweep_id is not None or spec.create_only or API_KEY in spec.secrets
    return "wandb" if at_wandb else "embedded"


def is_online(job: SweepJob) -> bool:
    """Whether trials log to W&B's server."""
    return API_KEY in job.spec.secrets


def size_of(job: SweepJob, config: SweepConfig) -> int:
    """Points of a grid. Raises InputError where there is no end to them, or a parameter is none."""
    problem = "a grid cannot try every value of a continuous range"
    try:
        size = grid_size(parameters_of(config))
    except ValueError as error:
        size, problem = None, str(error)
    if size is None:
        raise InputError(
            "sweep-space", problem, place=job.metadata.name, fix="list values, or use method: random"
        )
    return size


def trials_of(job: SweepJob) -> int:
    """How many trials there are at most. Raises InputError for a grid without an end, or one too large."""
    spec, config = job.spec, config_of(job)
    caps = [] if config is None or config.run_cap is None else [config.run_cap]
    if config is not None and config.method == "grid":
        caps.append(size_of(job, config))
    elif spec.count is None:
        caps.append(min([DEFAULT_TRIALS, *caps]))
    trials = min([*caps, *([] if spec.count is None else [spec.count])])
    if trials > MOST_TRIALS:
        raise InputError(
            "sweep-too-large",
            f"the sweep has {trials:,} trials, and a run takes at most {MOST_TRIALS:,}",
            place=job.metadata.name,
            fix="set count, or leave values out",
        )
    return trials


def workers_of(job: SweepJob) -> int:
    """How many workers share the trials."""
    return math.ceil(trials_of(job) / job.spec.runs_per_worker)


def parallel_of(job: SweepJob) -> int:
    """How many trials run at once at most."""
    config, most = config_of(job), job.spec.resources.max_parallel
    workers = workers_of(job)
    learns = config is not None and config.method == "bayes" and scheduler_of(job) == "embedded"
    if most is None and learns:
        most = max(1, min(BAYES_AT_ONCE, trials_of(job) // 4))
    return workers if most is None else min(workers, most)
