"""A variant's name is its task's name, its folder and its row in the report, so it must be its own.

Rename one of the two.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject, repeated


def check(subject: Subject) -> Problems:
    """Names that occur a second time."""
    for index, name in repeated(variant.name for variant in subject.variants):
        path = ("spec", "variants", index, "name")
        yield Problem(path, f"there is already a variant {name}", "rename one of them")


RULE = Rule(
    severity="error",
    summary="Two variants with one name",
    page=__doc__,
    check=check,
    kind="Tune",
    bad="""
variants:
  - {name: a, command: [python, tune.py], weights: weights/a.toml}
  - {name: a, command: [python, tune.py], weights: weights/b.toml}
""",
    good="""
variants:
  - {name: a, command: [python, tune.py], weights: weights/a.toml}
  - {name: b, command: [python, tune.py], weights: weights/b.toml}
""",
)
