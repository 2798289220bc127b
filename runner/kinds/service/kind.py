"""How a service becomes a stage. A service has no end, and so no outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from runner.errors import InputError
from runner.kinds.service.spec import ServiceJob
from runner.manifest.common import Job
from runner.plan.model import DeployedFile, Stage
from runner.results.model import Findings, TaskRecord

if TYPE_CHECKING:
    from pathlib import Path


class Service:
    """Compiles services."""

    name = "Service"
    job_type = ServiceJob

    def template(self, name: str) -> str:
        """A service that stands on any machine with the programs' packages: no GPU, no hub, no account."""
        from runner.kinds.service.template import TEMPLATE

        return TEMPLATE.replace("NAME", name)

    def stages(self, job: Job) -> tuple[Stage, ...]:
        """One stage with one task and an endpoint."""
        from runner.kinds.service.stages import stages_of

        assert isinstance(job, ServiceJob)
        return stages_of(job)

    def deployed(self, job: Job) -> tuple[DeployedFile, ...]:
        """Nothing: what a service trains lands by the training's own run."""
        return ()

    def conclude(self, job: Job, tasks: Mapping[str, TaskRecord], outputs: Mapping[str, Path]) -> Findings:
        """Raises InputError: a service is not a run, and leaves nothing to judge."""
        raise InputError(
            "service-concluded",
            "a service is not a run, and has no results",
            place=job.metadata.name,
            fix="look at what stands with: runner status",
        )
