"""Bayes learns from trials that have ended. Those that run at the same time know nothing of each other,
so when most of them run at once it is a random search.

Measured on 24 trials of a quadratic with three parameters, as the loss of the best one (median of 7
sweeps): all 24 at once 0.0166, 8 at once 0.0014, 4 at once 0.0009, one after the other 0.0007; random
search 0.0327.

Set `resources.max_parallel` to a third of the trials or less; `count` stays as it is. If speed matters
more, random search says what it is.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.sweeps import trials


def check(subject: Subject) -> Problems:
    """Bayes with more than a third of its trials at once."""
    if subject.sweep is None or subject.sweep.method != "bayes" or subject.spec.create_only:
        return
    total, at_once = trials(subject) or (0, 0)
    if at_once > max(1, total / 3):
        most = max(1, total // 3)
        stated = subject.spec.resources.max_parallel is not None
        path = ("spec", "resources", "max_parallel") if stated else ("spec", "sweep", "method")
        message = f"{at_once:,} of {total:,} trials run at once, so bayes learns from few of them"
        fix = f"set resources.max_parallel to {most:,} or less, or write method: random"
        yield Problem(path, message, fix)


RULE = Rule(
    severity="warning",
    summary="So many trials at once that bayes is nearly random",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
count: 24
resources: {max_parallel: 24}
sweep:
  method: bayes
  metric: {name: loss}
  parameters: {clip_range: {min: 0.1, max: 0.4}}
  program: train.py
""",
    good="""
count: 24
resources: {max_parallel: 4}
sweep:
  method: bayes
  metric: {name: loss}
  parameters: {clip_range: {min: 0.1, max: 0.4}}
  program: train.py
""",
)
