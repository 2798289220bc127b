"""The number of points of a grid is the product of the numbers of values, and it grows quickly.

More than 10,000 trials in one run are nearly always a slip. Drop values, set `count` to try only the
first points, or let `method: random` choose among them.
"""

from __future__ import annotations

from runner.kinds.sweep.shape import MOST_TRIALS
from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.sweeps import PARAMETERS, grid_points


def check(subject: Subject) -> Problems:
    """The points of a grid that neither `count` nor `run_cap` cuts short."""
    points = grid_points(subject)
    if points is None or points <= MOST_TRIALS:
        return
    if min(subject.spec.count or points, subject.sweep.run_cap or points) > MOST_TRIALS:
        message = f"the grid has {points:,} points; {MOST_TRIALS:,} is the most"
        yield Problem(PARAMETERS, message, "drop values, set count, or write method: random")


RULE = Rule(
    severity="error",
    summary="A grid of more than 10,000 points",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
sweep:
  method: grid
  parameters: {units: {min: 1, max: 1000}, layers: {min: 1, max: 20}}
  program: train.py
""",
    good="""
sweep:
  method: grid
  parameters: {units: {values: [32, 64, 128]}, layers: {min: 1, max: 20}}
  program: train.py
""",
)
