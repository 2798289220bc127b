"""`retry_on` says which further failures `retries` covers. With `retries: 0`, the default, it has no
effect.

Add `retries: 1` or more.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """`retry_on` where nothing is retried."""
    for path, resources in subject.resources():
        if resources.retry_on and not resources.retries:
            yield Problem((*path, "retry_on"), "retry_on has no effect without retries", "add retries: 1")


RULE = Rule(
    severity="warning",
    summary="retry_on without retries",
    page=__doc__,
    check=check,
    bad="resources: {retry_on: [timeout]}",
    good="resources: {retry_on: [timeout], retries: 2}",
)
