"""A job has one run at a time, and a further one is refused, queued or takes its place, as `concurrency`
of its manifest says. So trainings of one manifest cannot go beside each other, however many `at_once`
allows.

Write `at_once: 1`, or `concurrency: queue` into the training's manifest: then further ones wait there for
their turn.
"""

from __future__ import annotations

from runner.errors import InputError
from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.services import training_manifest
from runner.manifest.paths import wrong_with
from runner.wording import shown


def check(subject: Subject) -> Problems:
    """More trainings than a manifest takes that does not queue."""
    spec = subject.spec
    if subject.kind != "Service" or spec.training is None or subject.root is None:
        return
    job, most = spec.training.job, spec.training.at_once
    if most == 1 or wrong_with(job):
        return
    try:
        concurrency = training_manifest(subject)["spec"].get("concurrency", "refuse")
    except InputError:
        return
    if concurrency != "queue":
        message = f"{shown(job)} has one run at a time, not {most}"
        fix = "write 1, or concurrency: queue into that manifest"
        yield Problem(("spec", "training", "at_once"), message, fix)


RULE = Rule(
    severity="warning",
    summary="More trainings at once than their manifest takes",
    page=__doc__,
    check=check,
    kind="Service",
    bad="""
training: {job: jobs/wordle.yaml, at_once: 3}
budget: {usd: 5}
""",
    good="""
training: {job: jobs/wordle.yaml}
budget: {usd: 5}
""",
    files={
        "workloads/service/app.py": "",
        "jobs/wordle.yaml": "kind: GRPO\nspec: {model: us/base, environment: wordle}\n",
    },
)
