"""The value is text that reads like a number, so the program gets text: `"0.1"` instead of `0.1`.

As an argument (`--lr=0.1`) both look the same, but a program that reads `wandb.config` gets a `str`,
bayes takes it for a category without an order, and charts have no axis for it. Write numbers without
quotes; `3e-5` is a number here, though W&B's own tools read it as text and need `3.0e-5`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.sweeps import Placed, parameters
from runner.manifest.finding import Path
from runner.manifest.scalars import resolve
from runner.wording import shown


def check(subject: Subject) -> Problems:
    """Texts in `value` and `values` that are numbers in quotes."""
    for each in parameters(subject):
        for path, value in _values(each):
            number = resolve(value) if isinstance(value, str) else None
            if type(number) in (int, float):
                message = f"{shown(value)} is text, not a number"
                yield Problem(path, message, f"write {value} without quotes")


def _values(each: Placed) -> Iterator[tuple[Path, Any]]:
    parameter = each.parameter
    if parameter.value is not UNSET:
        yield (*each.path, "value"), parameter.value
    for index, value in enumerate(parameter.values or ()):
        yield (*each.path, "values", index), value


RULE = Rule(
    severity="warning",
    summary="A number in quotes, which is text",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
sweep:
  method: grid
  parameters: {learning_rate: {values: ['0.1', '0.2']}}
  program: train.py
""",
    good="""
sweep:
  method: grid
  parameters: {learning_rate: {values: [0.1, 0.2]}}
  program: train.py
""",
)
