"""A service that trains launches a run of another manifest, with the values of the request laid over it.
That manifest must be in the repository and of kind GRPO, so that what may be trained was reviewed. And
something must say what one training may cost at most: `budget` of the service, or of that manifest.

Correct the path, or leave `training` out: then requests for training are told that this service does not
train.
"""

from __future__ import annotations

from runner.errors import InputError
from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.services import JOB, training_manifest
from runner.manifest.paths import wrong_with
from runner.wording import shown


def check(subject: Subject) -> Problems:
    """A training by no manifest, by one of another kind, or at any price."""
    spec = subject.spec
    if subject.kind != "Service" or spec.training is None or subject.root is None:
        return
    job = spec.training.job
    if wrong_with(job):
        return
    fix = "name a manifest of kind GRPO, by its path from the repository's root"
    try:
        manifest = training_manifest(subject)
    except InputError as error:
        yield Problem(JOB, f"the file {shown(job)} {error.message}", fix)
        return
    if manifest.get("kind") != "GRPO":
        yield Problem(JOB, f"{shown(job)} is no manifest of kind GRPO", fix)
    elif spec.budget is None and not manifest["spec"].get("budget"):
        message = f"nothing says what one training may cost: {shown(job)} has no budget either"
        yield Problem(JOB, message, "add budget: {usd: …}, the most that one training may cost")


RULE = Rule(
    severity="error",
    summary="A service that trains by no manifest, or at any price",
    page=__doc__,
    check=check,
    kind="Service",
    bad="training: {job: jobs/wordle.yaml}",
    good="""
training: {job: jobs/wordle.yaml}
budget: {usd: 5}
""",
    files={
        "workloads/service/app.py": "",
        "jobs/wordle.yaml": "kind: GRPO\nspec: {model: us/base, environment: wordle}\n",
    },
)
