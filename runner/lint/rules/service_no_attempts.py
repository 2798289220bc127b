"""A service has no attempts and no runs: a container that fails is replaced by the provider, a request that
fails is answered with an error, and the newest deployment takes the former one's place. So `retries`,
`retry_on`, `stall_timeout` and `max_parallel` of `resources`, and `concurrency` and `seed`, say nothing.

Leave them out. How many containers stand is `scaling`; how long a request may take is `resources.timeout`.
"""

from __future__ import annotations

from collections.abc import Iterator

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.manifest.finding import Path


def check(subject: Subject) -> Problems:
    """Fields that only a run heeds."""
    if subject.kind == "Service":
        for path in _given(subject):
            yield Problem(path, f"{path[-1]} means nothing for a service", "remove it")


def _given(subject: Subject) -> Iterator[Path]:
    spec, resources = subject.spec, subject.spec.resources
    for name in ("retries", "retry_on", "stall_timeout", "max_parallel"):
        if getattr(resources, name):
            yield "spec", "resources", name
    if spec.concurrency != "refuse":
        yield "spec", "concurrency"
    if spec.seed is not None:
        yield "spec", "seed"


RULE = Rule(
    severity="warning",
    summary="Fields of attempts in a service",
    page=__doc__,
    check=check,
    kind="Service",
    bad="resources: {retries: 2}",
    good="resources: {timeout: 5m}",
)
