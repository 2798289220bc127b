"""What a run came to, once `act` has ended."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.standins.actions.limits import cut_summaries, over_limits
from tests.standins.actions.mistakes import Mistake
from tests.standins.actions.runs import Job
from tests.standins.actions.secrecy import TOKEN, forms, masked

if TYPE_CHECKING:
    from tests.standins.actions.execution import Execution

NO_CODE = -1
"""`act` was never started."""


def conclude(execution: Execution, code: int) -> None:
    """Fills in the run's conclusion, its skipped jobs, its artifacts, and masks what it printed.

    Raises Mistake where `act` did not run the workflow at all, or GitHub would not have done all that it did.
    """
    run = execution.run
    run.artifacts = execution.premises.artifacts.of_run(run.run_id)
    for job in run.jobs.values():
        job.conclusion = job.conclusion or (execution.stopped and "cancelled") or "failure"
    add_skipped(execution)
    run.conclusion = conclusion(execution, code)
    cut_summaries(run)
    problem = over_limits(run, execution.prepared.leaves, secrets(execution).values())
    hide(execution)
    run.status = "completed"
    for name in ("cache", "source", "actions", "home"):
        folder = execution.premises.folder / "runs" / f"{run.run_id}-{run.attempt}" / name
        shutil.rmtree(folder, ignore_errors=True)
    if problem is not None:
        raise problem
    failed = any(job.conclusion == "failure" for job in run.jobs.values())
    if code > 0 and not failed and not execution.stopped and run.conclusion == "failure":
        raise Mistake(execution.prepared.start.workflow.place, f"act does not run it: {run.trouble.strip()}")


def conclusion(execution: Execution, code: int) -> str:
    """The run's conclusion from how it ended and from its jobs'."""
    if execution.stopped:
        return execution.stopped
    if execution.error is not None or code == NO_CODE:
        return "failure"
    conclusions = {job.conclusion for job in execution.run.jobs.values()}
    if "cancelled" in conclusions and "failure" not in conclusions:
        return "cancelled"
    if code:
        return "failure"
    return "skipped" if conclusions == {"skipped"} else "success"


def add_skipped(execution: Execution) -> None:
    """Jobs that `act` never began were skipped, or cancelled with the run."""
    seen = {name.split(" (")[0] for name in execution.run.jobs}
    for leaf in execution.prepared.leaves:
        name = "/".join(leaf.path)
        if name not in seen:
            execution.run.jobs[name] = Job(name, "cancelled" if execution.stopped else "skipped")
    order = ["/".join(leaf.path) for leaf in execution.prepared.leaves]
    jobs = sorted(execution.run.jobs.items(), key=lambda item: order.index(item[0].split(" (")[0]))
    execution.run.jobs = dict(jobs)


def secrets(execution: Execution) -> dict[str, str]:
    """All that must not be printed, by name."""
    settings = execution.premises.settings
    named = dict(settings.secrets)
    for gate in settings.environments.values():
        named.update(gate.secrets)
    for number, token in enumerate(execution.tokens.ever):
        named[f"token of the App {number}" if number else TOKEN] = token
    return named


def hide(execution: Execution) -> None:
    """Masks secrets everywhere, and notes where one was printed."""
    named = secrets(execution)
    for job, text in execution.reading.raw:
        for name, value in named.items():
            if any(form in text for form in forms(value)):
                execution.leaked.append(
                    f"{execution.run.workflow}, {job}: {name} in {masked(text, named.values())!r}"
                )
    run = execution.run
    run.trouble = masked(run.trouble, named.values())
    for each in run.jobs.values():
        for step in each.steps.values():
            step.log, step.summary = (masked(text, named.values()) for text in (step.log, step.summary))
            step.outputs = {name: masked(value, named.values()) for name, value in step.outputs.items()}
