"""The grid has fewer points than `count` asks for. It ends when all are tried, and no point is tried
twice.

Remove `count` to try all points. To try each several times, make the seed a parameter with a list of
values.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.sweeps import grid_points


def check(subject: Subject) -> Problems:
    """`count` above the number of points."""
    points, count = grid_points(subject), subject.spec.count
    if points is not None and count is not None and count > points:
        message = f"count is {count:,}, and the grid has {points:,} points"
        yield Problem(("spec", "count"), message, "remove count, or add values")


RULE = Rule(
    severity="warning",
    summary="A count beyond the points of the grid",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
count: 20
sweep:
  method: grid
  parameters: {n_epochs: {values: [5, 10]}, units: {values: [32, 64, 128]}}
  program: train.py
""",
    good="""
count: 6
sweep:
  method: grid
  parameters: {n_epochs: {values: [5, 10]}, units: {values: [32, 64, 128]}}
  program: train.py
""",
)
