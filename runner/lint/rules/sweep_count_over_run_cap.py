"""`run_cap` of the sweep is the most trials that it may ever have, so a larger `count` has no effect.

Make `count` as large as `run_cap` or smaller, or raise `run_cap` in the sweep.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """`count` above `run_cap`."""
    if subject.sweep is None or subject.sweep.run_cap is None or subject.spec.count is None:
        return
    count, cap = subject.spec.count, subject.sweep.run_cap
    if count > cap:
        message = f"count is {count:,}, and the sweep ends after {cap:,} trials (run_cap)"
        yield Problem(("spec", "count"), message, "lower count, or raise run_cap")


RULE = Rule(
    severity="warning",
    summary="A count above the sweep's run_cap",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
count: 50
sweep:
  method: random
  parameters: {units: {values: [32, 64, 128]}}
  program: train.py
  run_cap: 20
""",
    good="""
count: 20
sweep:
  method: random
  parameters: {units: {values: [32, 64, 128]}}
  program: train.py
  run_cap: 20
""",
)
