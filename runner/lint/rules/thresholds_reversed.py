"""A difference up to `balanced` counts as balanced, up to `warning` as a warning, and beyond as
imbalanced. With `balanced` above `warning` there is no warning left.

Exchange the two.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """`balanced` above `warning`."""
    limits = subject.validation and subject.validation.thresholds
    if limits and limits.balanced > limits.warning:
        message = f"balanced ({limits.balanced}) is above warning ({limits.warning})"
        yield Problem(("spec", "validation", "thresholds"), message, "exchange the two")


RULE = Rule(
    severity="error",
    summary="Thresholds in the wrong order",
    page=__doc__,
    check=check,
    kind="Tune",
    bad="""
validation:
  command: [python, play.py, '${matchup}']
  matchups: [a-b]
  thresholds: {balanced: 0.2, warning: 0.1}
""",
    good="""
validation:
  command: [python, play.py, '${matchup}']
  matchups: [a-b]
  thresholds: {balanced: 0.1, warning: 0.2}
""",
)
