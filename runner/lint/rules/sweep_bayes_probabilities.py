"""Bayes chooses by what it expects of a value, and not by chance: `probabilities` have no effect, and
W&B's own library fails on them.

Remove them, or write `method: random`, which draws the values so often.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.sweeps import parameters


def check(subject: Subject) -> Problems:
    """`probabilities` in a bayes sweep."""
    if subject.sweep is None or subject.sweep.method != "bayes":
        return
    for each in parameters(subject):
        if each.parameter.probabilities is not None:
            message = f"bayes ignores the probabilities of {each.name}"
            yield Problem((*each.path, "probabilities"), message, "remove them, or write method: random")


RULE = Rule(
    severity="warning",
    summary="Probabilities in a bayes sweep",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
sweep:
  method: bayes
  metric: {name: loss}
  parameters: {units: {values: [32, 64], probabilities: [0.8, 0.2]}}
  program: train.py
""",
    good="""
sweep:
  method: random
  metric: {name: loss}
  parameters: {units: {values: [32, 64], probabilities: [0.8, 0.2]}}
  program: train.py
""",
)
