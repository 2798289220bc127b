"""Each parameter is exported as `RUNNER_PARAM_<NAME>`: in capitals, with `_` for dots, hyphens and runs
of them. Two parameters would be the same variable, and one would hide the other.

`start` inside `policy_lr` is `policy_lr.start` and so the same as `policy_lr_start`. A program that
reads arguments or `wandb.config` tells them apart; people do not. Rename one of them.
"""

from __future__ import annotations

import re

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.sweeps import Placed, parameters


def check(subject: Subject) -> Problems:
    """Names that are one variable of the environment."""
    seen: dict[str, Placed] = {}
    for each in parameters(subject):
        variable = re.sub(r"[^A-Z0-9]+", "_", each.name.upper())
        first = seen.setdefault(variable, each)
        if each.name != first.name:
            message = f"{each.name} and {first.name} are both RUNNER_PARAM_{variable}"
            yield Problem(each.path, message, "rename one of them")


RULE = Rule(
    severity="warning",
    summary="Parameters whose names differ only by case or punctuation",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
sweep:
  method: random
  parameters:
    policy_lr: {parameters: {start: {min: 0.0, max: 0.1}}}
    policy_lr_start: {min: 0.0, max: 0.1}
  program: train.py
""",
    good="""
sweep:
  method: random
  parameters:
    policy_lr: {parameters: {start: {min: 0.0, max: 0.1}}}
    value_lr_start: {min: 0.0, max: 0.1}
  program: train.py
""",
)
