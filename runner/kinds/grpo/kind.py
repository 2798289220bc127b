"""How a training becomes stages, and what its outputs mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from runner.kinds.grpo.spec import GrpoJob
from runner.kinds.outputs import deployed_files
from runner.manifest.common import Job
from runner.plan.model import DeployedFile, Stage
from runner.results.model import Findings, TaskRecord

if TYPE_CHECKING:
    from pathlib import Path


class Grpo:
    """Compiles and concludes the training of language models."""

    name = "GRPO"
    job_type = GrpoJob

    def template(self, name: str) -> str:
        """A training that runs on any machine with the programs' packages: no GPU, no hub, no account."""
        from runner.kinds.grpo.template import TEMPLATE

        return TEMPLATE.replace("NAME", name)

    def stages(self, job: Job) -> tuple[Stage, ...]:
        """The training, then the evaluation of what it made."""
        from runner.kinds.grpo.stages import stages_of

        assert isinstance(job, GrpoJob)
        return stages_of(job)

    def deployed(self, job: Job) -> tuple[DeployedFile, ...]:
        """The files of the trained model, and what `deploy` lists."""
        from runner.kinds.grpo.weights import files_of

        assert isinstance(job, GrpoJob)
        return files_of(job) + deployed_files(
            job, [task for known in self.stages(job) for task in known.tasks]
        )

    def conclude(self, job: Job, tasks: Mapping[str, TaskRecord], outputs: Mapping[str, Path]) -> Findings:
        """How the training went, and how the trained model plays against the start and the champion."""
        from runner.kinds.language.concluding import concluded

        return concluded(job, tasks, outputs)
