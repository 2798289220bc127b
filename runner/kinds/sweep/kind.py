"""How a sweep becomes stages, and what its outputs mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.kinds.outputs import deployed_files
from runner.kinds.sweep.names import BEST, BEST_FILE
from runner.kinds.sweep.shape import scheduler_of
from runner.kinds.sweep.spec import SweepJob
from runner.kinds.sweep.stages import stages_of
from runner.kinds.sweep.template import TEMPLATE
from runner.manifest.common import DeployFile, Job
from runner.plan.model import DeployedFile, Stage
from runner.results.model import Findings, TaskRecord

if TYPE_CHECKING:
    from pathlib import Path


class Sweep:
    """Compiles and concludes sweeps."""

    name = "Sweep"
    job_type = SweepJob

    def template(self, name: str) -> str:
        """A sweep whose program needs nothing but Python, and no account."""
        return TEMPLATE.replace("NAME", name)

    def stages(self, job: Job) -> tuple[Stage, ...]:
        """The trials; with W&B as the scheduler, its agents between opening the sweep and reading it."""
        assert isinstance(job, SweepJob)
        return stages_of(job)

    def deployed(self, job: Job) -> tuple[DeployedFile, ...]:
        """What `deploy` lists; the best configuration and files of the best trial among it."""
        assert isinstance(job, SweepJob)
        listed = job.spec.deploy.files
        agents = scheduler_of(job) == "wandb"  # what they write is not kept here
        made = [one for entry in listed if (one := _of_best(entry)) is not None]
        best = [one for one in made if not (agents and one.task)]
        others = [entry for entry in listed if _of_best(entry) is None]
        if not others:
            return tuple(best)
        spec = replace(job.spec, deploy=replace(job.spec.deploy, files=others))
        tasks = [task for known in self.stages(job) for task in known.tasks]
        return (*best, *deployed_files(replace(job, spec=spec), tasks))

    def conclude(self, job: Job, tasks: Mapping[str, TaskRecord], outputs: Mapping[str, Path]) -> Findings:
        """The study: the best trials, what mattered, and the best configuration."""
        from runner.kinds.sweep.findings import findings

        assert isinstance(job, SweepJob)
        return findings(job, tasks, outputs)


def _of_best(entry: DeployFile) -> DeployedFile | None:
    """A file of the best trial, or the best configuration, which no task made; None for any other."""
    task, colon, path = entry.source.rpartition(":")
    if task == BEST:
        return DeployedFile(BEST, path, entry.to)
    return DeployedFile("", BEST_FILE, entry.to) if not colon and path == BEST_FILE else None
