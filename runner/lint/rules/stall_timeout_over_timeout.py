"""`stall_timeout` ends an attempt that showed no progress for so long. As long as `timeout`, or
longer, it never does: the attempt is over before.

Make it shorter than the timeout, as long as the longest silence that is normal.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.manifest.units import seconds


def check(subject: Subject) -> Problems:
    """`stall_timeout` at or above `timeout`."""
    for path, each in subject.resources():
        if each.stall_timeout is not None and seconds(each.stall_timeout) >= seconds(each.timeout) > 0:
            yield Problem(
                (*path, "stall_timeout"),
                f"stall_timeout ({each.stall_timeout}) is not below timeout ({each.timeout})",
                "make it shorter than the timeout",
            )


RULE = Rule(
    severity="warning",
    summary="A watchdog that never barks",
    page=__doc__,
    check=check,
    bad="resources: {timeout: 1h, stall_timeout: 90m}",
    good="resources: {timeout: 1h, stall_timeout: 10m}",
)
