"""A grid tries every combination, and a continuous range has no end of values.

List the values to try (`values: [0.1, 0.2, 0.3]`), give the range a step (`distribution: q_uniform`
with `q`), or let `method: random` or `method: bayes` choose from the range. Probabilities have no
meaning in a grid either.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.sweeps import parameters
from runner.plan.space import grid_size


def check(subject: Subject) -> Problems:
    """Parameters of a grid that are not so many values."""
    if subject.sweep is None or subject.sweep.method != "grid":
        return
    for each in parameters(subject):
        try:
            endless = grid_size(each.alone()) is None
        except ValueError:
            continue  # Another rule refuses the parameter.
        if endless and each.parameter.probabilities is not None:
            message = f"a grid tries every value of {each.name}, whatever its probability"
            yield Problem((*each.path, "probabilities"), message, "remove them, or write method: random")
        elif endless:
            message = f"a grid cannot try every value of {each.name}, which is a continuous range"
            yield Problem(each.path, message, "list values, or write method: random")


RULE = Rule(
    severity="error",
    summary="A grid over a continuous range",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
sweep:
  method: grid
  parameters: {clip_range: {min: 0.1, max: 0.4}}
  program: train.py
""",
    good="""
sweep:
  method: grid
  parameters: {clip_range: {distribution: q_uniform, q: 0.1, min: 0.1, max: 0.4}}
  program: train.py
""",
)
