"""`policy.gpus` of the repository's settings lists what a manifest may use, and this is not among it.

The message says in which file and line. The policy is the base's: a pull request cannot widen the
rules by which it is judged. Use what is listed, or ask whoever looks after the settings.
"""

from __future__ import annotations

from runner.lint.policy import forbidden
from runner.lint.rule import Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """GPUs that are not listed."""
    allowed = subject.settings.policy.gpus
    for path, name in subject.gpus():
        if allowed is not None and name.partition(":")[0] not in allowed:
            yield forbidden(subject, "gpus", path, name)


RULE = Rule(
    severity="error",
    summary="A GPU that the policy forbids",
    page=__doc__,
    check=check,
    bad="""
resources: {gpu: H100}
budget: {usd: 5}
""",
    good="""
resources: {gpu: 'T4:2'}
budget: {usd: 5}
""",
    settings="[policy]\ngpus = ['T4', 'L4']\n",
)
