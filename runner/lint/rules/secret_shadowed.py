"""A name cannot be both under `secrets` and under `env`.

One of the two values would win, and which one depends on the backend. Usually the entry under
`env` is left over from a first try.

Remove it from `env`.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """Names under both `secrets` and an `env`."""
    for path, name, _ in subject.variables():
        if name in subject.spec.secrets:
            yield Problem(path, f"{name} is listed under secrets, too", "remove it here")


RULE = Rule(
    severity="error",
    summary="A name that is both a secret and a plain variable",
    page=__doc__,
    check=check,
    bad="""
secrets: [WANDB_MODE]
env: {WANDB_MODE: offline}
""",
    good="""
secrets: [WANDB_API_KEY]
env: {WANDB_MODE: offline}
""",
)
