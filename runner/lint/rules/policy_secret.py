"""`policy.secrets` of the repository's settings lists what a manifest may use, and this is not among it.

The message says in which file and line. The policy is the base's: a pull request cannot widen the
rules by which it is judged. Use what is listed, or ask whoever looks after the settings.
"""

from __future__ import annotations

from runner.lint.policy import forbidden
from runner.lint.rule import Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """Secrets that are not listed."""
    allowed = subject.settings.policy.secrets
    for path, name in subject.secrets():
        if allowed is not None and name not in allowed:
            yield forbidden(subject, "secrets", path, name)


RULE = Rule(
    severity="error",
    summary="A secret that the policy forbids",
    page=__doc__,
    check=check,
    bad="secrets: [DEPLOY_KEY]",
    good="secrets: [WANDB_API_KEY]",
    settings="[policy]\nsecrets = ['WANDB_API_KEY']\n",
)
