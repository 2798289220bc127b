"""W&B, or its library that chooses the points, refuses this parameter; the message says why.

A parameter is one of: a constant (`value`), a list (`values`, with `probabilities` or without), a range
(`min` and `max`, both whole numbers or both with a decimal point), a `distribution` with the fields
that it takes, or a group of `parameters`. `min: 0` with `max: 1.0` could mean two numbers or everything
between; write `min: 0.0`.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.sweeps import is_range, parameters
from runner.plan.space import dimensions

FIX = "runner explain sweep-parameter shows the forms that a parameter may have"


def check(subject: Subject) -> Problems:
    """Parameters that make no dimension, that W&B finds ambiguous, or that have a name of another."""
    names: set[str] = set()
    for each in parameters(subject):
        try:
            dimensions(each.alone())
        except ValueError as error:
            yield Problem(each.path, str(error), FIX)
            continue
        low, high = each.parameter.min, each.parameter.max
        if is_range(each.parameter) and type(low) is not type(high):
            message = f"{each.name}: min {low} and max {high} may mean whole numbers or any between"
            yield Problem((*each.path, "min"), message, f"write min: {_float(low)}, max: {_float(high)}")
        if each.name in names:
            message = f"{each.name}: two parameters have this name, one of them nested"
            yield Problem(each.path, message, "rename one of them")
        names.add(each.name)


def _float(number: float | None) -> str:
    return repr(float(number or 0))


RULE = Rule(
    severity="error",
    summary="A parameter that W&B refuses",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
sweep:
  method: random
  parameters: {dropout: {min: 0, max: 1.0}}
  program: train.py
""",
    good="""
sweep:
  method: random
  parameters: {dropout: {min: 0.0, max: 1.0}}
  program: train.py
""",
)
