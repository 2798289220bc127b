"""Names that begin with `RUNNER_` are how the runner speaks to the program: where to write, which
task this is, which seed to use. A value of the manifest would break that.

Choose another name. A seed is fixed with `spec.seed`.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.wording import shown


def check(subject: Subject) -> Problems:
    """Names that begin with `RUNNER_`."""
    variables = [(path, name) for path, name, _ in subject.variables()]
    for path, name in variables + subject.secrets():
        if name.startswith("RUNNER_"):
            yield Problem(path, f"{shown(name)} is set by the runner itself", "choose another name")


RULE = Rule(
    severity="error",
    summary="A variable that the runner sets itself",
    page=__doc__,
    check=check,
    bad="env: {RUNNER_SEED: '1'}",
    good="seed: 1",
)
