"""Two variants, or a variant and an entry of `deploy`, would write the same file of the repository.

One would overwrite the other, and which one would be left to chance.

Give each its own file.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject, repeated
from runner.wording import shown


def check(subject: Subject) -> Problems:
    """Targets that occur a second time; compared without case, as some file systems do."""
    targets = subject.targets()
    for index, _ in repeated(target.lower() for _, target in targets):
        path, target = targets[index]
        yield Problem(path, f"{shown(target)} is written twice", "give each writer a file of its own")


RULE = Rule(
    severity="error",
    summary="Two writers of one file",
    page=__doc__,
    check=check,
    kind="Tune",
    bad="""
variants:
  - {name: a, command: [python, tune.py], weights: weights/a.toml}
  - {name: b, command: [python, tune.py], weights: weights/a.toml}
""",
    good="""
variants:
  - {name: a, command: [python, tune.py], weights: weights/a.toml}
  - {name: b, command: [python, tune.py], weights: weights/b.toml}
""",
)
