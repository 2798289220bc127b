"""A value that stands twice in a list of the matrix runs the same tasks twice.

To repeat a measurement, use a matrix entry such as `seed: [1, 2, 3]` and give it to the program.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject, repeated
from runner.wording import shown


def check(subject: Subject) -> Problems:
    """Values that a list of the matrix holds twice; 1 and true are not the same."""
    for name, values in subject.matrix.items():
        for index, (_, value) in repeated((type(value), value) for value in values):
            path = ("spec", "matrix", name, index)
            yield Problem(path, f"{shown(value)} stands twice in matrix.{name}", "remove it")


RULE = Rule(
    severity="warning",
    summary="The same value twice in one list of the matrix",
    page=__doc__,
    check=check,
    bad="""
command: [python, train.py, '${matrix.seed}']
matrix: {seed: [1, 2, 1]}
""",
    good="""
command: [python, train.py, '${matrix.seed}']
matrix: {seed: [1, 2, 3]}
""",
)
