"""`policy.kinds` of the repository's settings lists what a manifest may use, and this is not among it.

The message says in which file and line. The policy is the base's: a pull request cannot widen the
rules by which it is judged. Use what is listed, or ask whoever looks after the settings.
"""

from __future__ import annotations

from runner.lint.policy import forbidden
from runner.lint.rule import Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """A kind that is not listed."""
    allowed = subject.settings.policy.kinds
    if allowed is not None and subject.kind not in allowed:
        yield forbidden(subject, "kinds", ("kind",), subject.kind)


RULE = Rule(
    severity="error",
    summary="A kind of job that the policy forbids",
    page=__doc__,
    check=check,
    bad="kind: Tune",
    good="kind: Command",
    settings="[policy]\nkinds = ['Command']\n",
)
