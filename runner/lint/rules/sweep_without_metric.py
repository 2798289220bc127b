"""Bayes learns from a number that every trial reports, early termination compares trials by it, and
`deploy` takes the best trial by it. The sweep does not say which number that is.

Add `metric: {name: …, goal: maximize}` with the name as the program logs it. Without a goal W&B
minimizes.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.tasks import of_best


def check(subject: Subject) -> Problems:
    """`method: bayes`, `early_terminate` or a deployed file of the best trial without `metric`."""
    sweep = subject.sweep
    if sweep is None or sweep.metric is not None:
        return
    fix = "add metric: {name: …, goal: maximize}, named as the program logs it"
    if sweep.method == "bayes":
        yield Problem(("spec", "sweep", "method"), "bayes has no metric to learn from", fix)
    if sweep.early_terminate is not None:
        message = "early_terminate has no metric to compare trials by"
        yield Problem(("spec", "sweep", "early_terminate"), message, fix)
    for index, file in enumerate(subject.spec.deploy.files):
        if of_best(subject, file.source):
            path = ("spec", "deploy", "files", index, "from")
            yield Problem(path, "without a metric there is no best trial", fix)


RULE = Rule(
    severity="error",
    summary="A sweep that needs a metric and has none",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
sweep:
  method: bayes
  parameters: {clip_range: {min: 0.1, max: 0.4}}
  program: train.py
""",
    good="""
sweep:
  method: bayes
  metric: {name: train/roll/ep_rew/mean, goal: maximize}
  parameters: {clip_range: {min: 0.1, max: 0.4}}
  program: train.py
""",
)
