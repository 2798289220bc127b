"""What became of a workflow run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Annotation:
    """An ::error, ::warning or ::notice of a step."""

    level: str
    message: str
    job: str
    file: str = ""
    line: int = 0
    column: int = 0
    title: str = ""


@dataclass
class Step:
    """A step of a job."""

    name: str
    outcome: str = "skipped"
    """What it came to: success, failure or skipped."""
    conclusion: str = "skipped"
    """What the job made of it: after a failure success, with continue-on-error."""
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    seconds: float = 0.0


@dataclass
class Job:
    """A job of a run; of a matrix, one leg."""

    name: str
    """The ids that lead to it, with slashes; of a matrix with its values in parentheses."""
    conclusion: str = ""
    """success, failure, skipped or cancelled; empty while it runs."""
    environment: str = ""
    permissions: Mapping[str, str] = field(default_factory=dict)
    """What its GITHUB_TOKEN could do."""
    steps: dict[str, Step] = field(default_factory=dict)
    """By the step's id, else by its name, else by its number."""
    note: str = ""
    """Why it was cancelled or rejected."""

    @property
    def log(self) -> str:
        """All that its steps printed."""
        return "".join(step.log for step in self.steps.values())

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of all its steps, as `step.name`."""
        return {
            f"{key}.{name}": value for key, step in self.steps.items() for name, value in step.outputs.items()
        }


@dataclass(eq=False)
class WorkflowRun:
    """One attempt of a run of a workflow."""

    workflow: str
    """The file's name."""
    name: str
    event: str
    run_id: int
    number: int
    attempt: int
    actor: str
    ref: str
    sha: str
    """github.sha: of a pull request, its merge commit."""
    head_branch: str
    head_sha: str
    status: str = "queued"
    """queued, pending (for its concurrency group), in_progress, waiting (for a person) or completed."""
    conclusion: str = ""
    """success, failure, skipped, cancelled or timed_out; empty until it is completed."""
    jobs: dict[str, Job] = field(default_factory=dict)
    annotations: list[Annotation] = field(default_factory=list)
    artifacts: dict[str, Path] = field(default_factory=dict)
    """Folders by the names of the artifacts."""
    note: str = ""
    """Why it was cancelled."""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    trouble: str = ""
    """What `act` itself complained about."""

    @property
    def log(self) -> str:
        """What GitHub would show: all output, with the secrets masked."""
        return "".join(job.log for job in self.jobs.values()) + self.trouble

    @property
    def summary(self) -> str:
        """The summaries of all steps, in order."""
        return "".join(step.summary for job in self.jobs.values() for step in job.steps.values())

    @property
    def errors(self) -> list[str]:
        """The messages of the ::error annotations."""
        return [each.message for each in self.annotations if each.level == "error"]

    def __str__(self) -> str:
        what = f"{self.workflow} for {self.event}, run {self.run_id}, attempt {self.attempt}"
        jobs = [f"  {job.name}: {job.conclusion} {job.note}" for job in self.jobs.values()]
        return "\n".join([f"{what}: {self.conclusion or self.status} {self.note}", *jobs, self.log])
