"""The number of tasks is the product of the lengths of all lists, and it grows quickly.

More than 10,000 tasks in one run are nearly always a slip. Nobody reads so many results, and the
provider has limits of its own.

Drop values, split the job, or use a sweep that chooses the points.
"""

from __future__ import annotations

from math import prod

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.tasks import MOST_POINTS


def check(subject: Subject) -> Problems:
    """The product of the matrix."""
    points = prod(map(len, subject.matrix.values()))
    if points > MOST_POINTS:
        yield Problem(
            ("spec", "matrix"),
            f"the matrix has {points:,} combinations; {MOST_POINTS:,} is the most",
            "drop values",
        )


RULE = Rule(
    severity="error",
    summary="A matrix of more than 10,000 combinations",
    page=__doc__,
    check=check,
    bad="""
command: [python, train.py, '${matrix.a}', '${matrix.b}', '${matrix.c}', '${matrix.d}', '${matrix.e}']
matrix:
  a: &values [1, 2, 3, 4, 5, 6, 7]
  b: *values
  c: *values
  d: *values
  e: *values
""",
    good="""
command: [python, train.py, '${matrix.a}', '${matrix.b}']
matrix: {a: [1, 2, 3], b: [1, 2, 3]}
""",
)
