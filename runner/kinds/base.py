"""What every kind of job provides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from runner.manifest.common import Job
from runner.plan.model import DeployedFile, Stage
from runner.results.model import Findings, TaskRecord

if TYPE_CHECKING:
    from pathlib import Path


class Kind(Protocol):
    """A kind of job: its part of the manifest, how it becomes stages, what its outputs mean."""

    @property
    def name(self) -> str:
        """The value of `kind` in a manifest."""
        ...

    @property
    def job_type(self) -> type[Job]:
        """The typed manifest."""
        ...

    def template(self, name: str) -> str:
        """A commented manifest that validates and runs, for `runner init`."""
        ...

    def stages(self, job: Job) -> tuple[Stage, ...]:
        """The work to be done. Raises InputError when the manifest asks for nothing possible."""
        ...

    def deployed(self, job: Job) -> tuple[DeployedFile, ...]:
        """Which produced files replace which files of the repository, where `deploy` is enabled."""
        ...

    def conclude(self, job: Job, tasks: Mapping[str, TaskRecord], outputs: Mapping[str, Path]) -> Findings:
        """What the outputs say, one folder per task that succeeded or was stopped by its search.

        Nothing in them is trusted.
        """
        ...
