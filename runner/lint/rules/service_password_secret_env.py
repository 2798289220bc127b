"""The variable with the passwords' hashes is also set under `env`. A hash in a manifest is public to whoever
reads the repository, who can try passwords against it; and it stays in its history.

Remove it there. `runner service hash` makes a hash; the provider keeps it as a secret of that name, and on
this machine it stands in `.env` or the environment.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """Hashes of passwords in plain sight."""
    if subject.kind != "Service":
        return
    secret = subject.spec.access.passwords
    for path, name, _ in subject.variables():
        if name == secret:
            yield Problem(path, f"{name} holds the passwords' hashes, and is a secret", "remove it here")


RULE = Rule(
    severity="error",
    summary="Passwords of a service in its manifest",
    page=__doc__,
    check=check,
    kind="Service",
    bad="env: {SERVICE_PASSWORDS: a}",
    good="env: {LOG_LEVEL: info}",
)
