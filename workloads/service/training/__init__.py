"""Trainings that requests start: runs like any other, through the command line `runner`.

A service makes one `Trainings` and asks it; every method may raise `TrainingError`, which says what to
answer. Nothing is kept that the runs themselves do not know, but for which idempotency key became which run.

    trainings = Trainings(settings, repository=…, folder=…, backend="local", budget=None)
    planned = await trainings.plan(TrainingRequest(max_steps=10))           # dry_run
    started = await trainings.start(TrainingRequest(max_steps=10), key="")  # key: the Idempotency-Key or ""
    status = await trainings.status(started.run)
    everything = await trainings.list()                                     # newest first
    status = await trainings.cancel(started.run)
"""

from workloads.service.training.model import (
    FieldProblem,
    PlannedTraining,
    StartedTraining,
    TrainingError,
    TrainingRequest,
    TrainingStatus,
)
from workloads.service.training.trainings import Trainings

__all__ = [
    "FieldProblem",
    "PlannedTraining",
    "StartedTraining",
    "TrainingError",
    "TrainingRequest",
    "TrainingStatus",
    "Trainings",
]
