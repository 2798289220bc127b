"""The repository does not hold the program of the sweep, so every trial would fail.

Paths are relative to the repository's root, where every trial starts; W&B's own tools start where they
are called. A program that `build` makes, or that another repository holds (`source`), is not looked
for.
"""

from __future__ import annotations

import os

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.wording import shown


def check(subject: Subject) -> Problems:
    """A `program` that the repository lacks."""
    sweep, spec = subject.sweep, subject.spec
    if subject.root is None or sweep is None or not sweep.program:
        return
    elsewhere = spec.build is not None or spec.source is not None or os.path.isabs(sweep.program)  # noqa: PTH117
    if not elsewhere and not os.path.isfile(f"{subject.root}/{sweep.program}"):  # noqa: PTH113 (quicker than Path)
        message = f"the repository has no file {shown(sweep.program)}"
        fix = "write the path from the repository's root"
        yield Problem(("spec", "sweep", "program"), message, fix)


RULE = Rule(
    severity="warning",
    summary="A sweep whose program is not in the repository",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
sweep:
  method: grid
  parameters: {units: {values: [32, 64]}}
  program: trian.py
""",
    good="""
sweep:
  method: grid
  parameters: {units: {values: [32, 64]}}
  program: train.py
""",
    files={"train.py": ""},
)
