"""A timeout of `0s` ends every attempt before it begins.

Leave the field away for the default, or write the longest time that one attempt may take.
"""

from __future__ import annotations

from collections.abc import Iterator

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.manifest.finding import Path


def check(subject: Subject) -> Problems:
    """Durations that come to zero."""
    for path, duration in _durations(subject):
        if not duration.strip("0dhms"):
            yield Problem(
                path, f"{path[-1]} is zero: nothing could be done in it", "write a duration such as 1h"
            )


def _durations(subject: Subject) -> Iterator[tuple[Path, str]]:
    yield from subject.timeouts()
    for path, resources in subject.resources():
        if resources.stall_timeout is not None:
            yield (*path, "stall_timeout"), resources.stall_timeout
    if (vllm := getattr(subject.spec, "vllm", None)) is not None:
        yield ("spec", "vllm", "ready_timeout"), vllm.ready_timeout
    if subject.kind == "Service":
        yield ("spec", "access", "longest_delay"), subject.spec.access.longest_delay
        yield ("spec", "limits", "waiting"), subject.spec.limits.waiting
        if subject.spec.idle_shutdown is not None:
            yield ("spec", "idle_shutdown"), subject.spec.idle_shutdown


RULE = Rule(
    severity="error",
    summary="A timeout of no time at all",
    page=__doc__,
    check=check,
    bad="resources: {timeout: 0s}",
    good="resources: {timeout: 10m}",
)
