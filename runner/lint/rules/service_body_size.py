"""No request fits into so small a body: the least that a service is asked takes some hundred bytes.

Write a size such as `1MiB`. Requests hold names and numbers, and no files.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.manifest.units import size_in_bytes

LEAST = 1_024


def check(subject: Subject) -> Problems:
    """Bodies of less than a KiB."""
    if subject.kind == "Service" and size_in_bytes(subject.spec.limits.body_size) < LEAST:
        message = f"no request fits into {subject.spec.limits.body_size}"
        yield Problem(("spec", "limits", "body_size"), message, "write a size such as 1MiB")


RULE = Rule(
    severity="error",
    summary="Bodies that hold no request",
    page=__doc__,
    check=check,
    kind="Service",
    bad="limits: {body_size: 0KiB}",
    good="limits: {body_size: 64KiB}",
)
