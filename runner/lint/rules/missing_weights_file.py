"""The repository does not hold this file, so there is no champion to compare with, and a program that
starts from the present weights finds none.

That is fine for the first run of a new job. Otherwise correct the path, or commit starting weights.
"""

from __future__ import annotations

import os

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.wording import shown


def check(subject: Subject) -> Problems:
    """Weights that the repository lacks."""
    for path, file in subject.weights() if subject.root is not None else ():
        if not os.path.exists(f"{subject.root}/{file}"):  # noqa: PTH110 (quicker than Path)
            message = f"there is no file {shown(file)} yet"
            yield Problem(path, message, "check the path, or commit starting weights")


RULE = Rule(
    severity="note",
    summary="A weight file that does not exist yet",
    page=__doc__,
    check=check,
    kind="Tune",
    bad="variants: [{name: a, command: [python, tune.py], weights: weights/absent.toml}]",
    good="variants: [{name: a, command: [python, tune.py], weights: weights/present.toml}]",
    files={"weights/present.toml": ""},
)
