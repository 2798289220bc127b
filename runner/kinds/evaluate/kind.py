"""How an evaluation becomes a stage, and what its output means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from runner.kinds.evaluate.spec import EvaluateJob
from runner.kinds.outputs import deployed_files
from runner.manifest.common import Job
from runner.plan.model import DeployedFile, Stage
from runner.results.model import Findings, TaskRecord

if TYPE_CHECKING:
    from pathlib import Path


class Evaluate:
    """Compiles and concludes evaluations."""

    name = "Evaluate"
    job_type = EvaluateJob

    def template(self, name: str) -> str:
        """An evaluation that runs on any machine with the programs' packages: no GPU, no hub, no account."""
        from runner.kinds.evaluate.template import TEMPLATE

        return TEMPLATE.replace("NAME", name)

    def stages(self, job: Job) -> tuple[Stage, ...]:
        """One stage with one task."""
        from runner.kinds.evaluate.stages import stages_of

        assert isinstance(job, EvaluateJob)
        return stages_of(job)

    def deployed(self, job: Job) -> tuple[DeployedFile, ...]:
        """What `deploy` lists."""
        return deployed_files(job, list(self.stages(job)[0].tasks))

    def conclude(self, job: Job, tasks: Mapping[str, TaskRecord], outputs: Mapping[str, Path]) -> Findings:
        """How the model plays, and how against the other one."""
        from runner.kinds.language.concluding import concluded

        return concluded(job, tasks, outputs)
