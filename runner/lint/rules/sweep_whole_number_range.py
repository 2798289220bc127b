"""Limits that are both whole numbers make W&B choose whole numbers: `min: 0, max: 1` is 0 or 1 and
nothing between.

For everything between the two, write a decimal point (`min: 0.0, max: 1.0`) or `distribution: uniform`.
If whole numbers are meant, say so with `values: [0, 1]` or `distribution: int_uniform`.
"""

from __future__ import annotations

import re

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.sweeps import is_range, parameters

# Parts of names that are known for numbers with a fraction.
CONTINUOUS = (
    r"(?:^|[_.-])(?:lr|rate|gamma|alpha|beta|lambda|lam|tau|eps|epsilon|dropout|clip|momentum|decay|coef|ratio"
    r"|temperature|weight_decay|entropy)(?:$|[_.-])"
)
WIDEST = 10
"""Whole numbers further apart may be meant: a sample rate from 8,000 to 48,000."""


def check(subject: Subject) -> Problems:
    """0 and 1, and narrow ranges of what is known to have a fraction."""
    for path, names, parameter in parameters(subject):
        low, high = parameter.min, parameter.max
        if not is_range(parameter) or type(low) is not int or type(high) is not int or low >= high:
            continue
        if (low, high) == (0, 1) or (high - low <= WIDEST and re.search(CONTINUOUS, names[-1].lower())):
            numbers = ", ".join(map(str, range(low, high + 1)))
            message = f"min: {low}, max: {high} are whole numbers, so this is one of {numbers} only"
            fix = f"write min: {low}.0, max: {high}.0, or values: [{numbers}] if that is meant"
            yield Problem((*path, "min"), message, fix)


RULE = Rule(
    severity="warning",
    summary="A range of whole numbers that looks like a continuous one",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
sweep:
  method: random
  parameters: {dropout: {min: 0, max: 1}}
  program: train.py
""",
    good="""
sweep:
  method: random
  parameters: {dropout: {min: 0.0, max: 1.0}}
  program: train.py
""",
)
