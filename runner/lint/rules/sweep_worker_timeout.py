"""With `scheduler: wandb` a worker runs one of W&B's agents, which tries `runs_per_worker` points, one
after the other. The provider ends every container after 24 hours, and the agent with the trial that it
is at.

Lower `runs_per_worker`, so that `runs_per_worker` times `resources.timeout` stays below 24 hours, or
shorten the timeout. With `scheduler: embedded` each trial has a container of its own.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.rules.timeout_over_provider_limit import LIMIT
from runner.lint.sweeps import scheduler, trials
from runner.manifest.units import seconds


def check(subject: Subject) -> Problems:
    """Agents that may take longer than a container lives."""
    timeout = seconds(subject.spec.resources.timeout)
    total, _ = trials(subject) or (0, 0)
    runs = min(total, subject.spec.runs_per_worker)
    if timeout <= LIMIT < runs * timeout and scheduler(subject) == "wandb":
        message = f"{runs:,} trials of up to {subject.spec.resources.timeout} outlive a container of 24 hours"
        fix = f"write runs_per_worker: {LIMIT // timeout}, or shorten resources.timeout"
        yield Problem(("spec", "runs_per_worker"), message, fix)


RULE = Rule(
    severity="warning",
    summary="A worker whose trials outlive its container of 24 hours",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
count: 100
runs_per_worker: 50
secrets: [WANDB_API_KEY]
""",
    good="""
count: 100
runs_per_worker: 24
secrets: [WANDB_API_KEY]
""",
)
