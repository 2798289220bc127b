"""The numbers of containers contradict each other, or no container may stand for so long without a request.

At least `min_containers` stand, and at most `max_containers`. A container without a request is given back
after `scaledown`, which the provider takes from 2 seconds to one hour.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.manifest.units import seconds

SHORTEST, LONGEST = 2, 3_600


def check(subject: Subject) -> Problems:
    """More containers at least than at most; a window that the provider does not take."""
    if subject.kind != "Service":
        return
    scaling = subject.spec.scaling
    least, most = scaling.min_containers, scaling.max_containers
    if least > most:
        fix = f"write max_containers: {least}, or fewer at least"
        path = ("spec", "scaling", "min_containers")
        yield Problem(path, f"at least {least} containers are more than at most {most}", fix)
    if not SHORTEST <= seconds(scaling.scaledown) <= LONGEST:
        path = ("spec", "scaling", "scaledown")
        yield Problem(path, f"{scaling.scaledown} is not from 2s to 1h", "write a duration such as 5m")


RULE = Rule(
    severity="error",
    summary="Scaling that cannot be",
    page=__doc__,
    check=check,
    kind="Service",
    bad="scaling: {min_containers: 2, scaledown: 2h}",
    good="scaling: {min_containers: 2, max_containers: 4, scaledown: 1h}",
)
