"""What the run's own scheduler is told: the space, what is sought in it, and how a trial is started."""

from __future__ import annotations

from typing import Final

from msgspec import to_builtins

from runner.kinds.sweep.config import SweepConfig
from runner.kinds.sweep.shape import is_online, parameters_of
from runner.kinds.sweep.spec import SweepJob
from runner.plan.model import Search

COMMAND: Final = ("${env}", "${interpreter}", "${program}", "${args}")
"""How W&B starts a program where the sweep does not say."""


def search_of(job: SweepJob, config: SweepConfig) -> Search:
    """The space and what is sought in it, for the run's own scheduler."""
    metric = config.metric
    return Search(
        method=config.method,
        parameters=parameters_of(config),
        command=command_of(config),
        program=config.program or "",
        metric="" if metric is None else metric.name,
        goal="minimize" if metric is None else metric.goal,
        target=None if metric is None else metric.target,
        early_terminate={} if config.early_terminate is None else to_builtins(config.early_terminate),
        online=is_online(job),
    )


def command_of(config: SweepConfig) -> tuple[str, ...]:
    """The command line of a trial, with W&B's macros in it."""
    return COMMAND if config.command is None else tuple(map(str, config.command))
