"""What GitHub cuts off or drops, and `act` does not; its documentation names these limits."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tests.standins.actions.jobs import Leaf
from tests.standins.actions.mistakes import Mistake
from tests.standins.actions.runs import Annotation, Job, WorkflowRun
from tests.standins.actions.secrecy import forms

MOST_LEGS = 256
LARGEST_SUMMARY = 1 << 20


def cut_summaries(run: WorkflowRun) -> None:
    """A summary of more than 1 MiB is not shown; an annotation says so."""
    for job in run.jobs.values():
        for step in job.steps.values():
            if len(step.summary.encode()) > LARGEST_SUMMARY:
                step.summary = ""
                message = "$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k"
                run.annotations.append(Annotation("error", message, job.name))


def over_limits(run: WorkflowRun, leaves: Sequence[Leaf], secrets: Collection[str]) -> Mistake | None:
    """A matrix that is too large, or a job's output that GitHub drops because it holds a secret."""
    for leaf in leaves:
        legs = legs_of(run, leaf)
        if len(legs) > MOST_LEGS:
            return Mistake(leaf.place, f"its matrix has {len(legs)} jobs, more than {MOST_LEGS}")
        for name, said in (leaf.document.get("outputs") or {}).items():
            values = [value for leg in legs for value in read_by(leg, str(said))]
            if any(form in value for value in values for secret in secrets for form in forms(secret)):
                return Mistake(leaf.place, f"GitHub drops its output {name}, which holds a secret")
    return None


def legs_of(run: WorkflowRun, leaf: Leaf) -> list[Job]:
    """The jobs that a job of the file became; several with a matrix."""
    return [job for job in run.jobs.values() if job.name.partition(" (")[0] == "/".join(leaf.path)]


def read_by(job: Job, said: str) -> list[str]:
    """The outputs of steps that the expression of a job's output reads."""
    return [
        value
        for identifier, step in job.steps.items()
        for name, value in step.outputs.items()
        if f"steps.{identifier}.outputs.{name}" in said
    ]
