"""A service is not a run: it has no end, so nothing of it is judged (`gates`), lands (`deploy`) or comes at
times (`schedule`). It is made from this repository's own code, whose changes deploy it anew, and not from
another one (`source`).

Leave them out. What a service trains is judged and lands as its own manifest says (`training.job`).
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.manifest.common import Deploy

WHY = {
    "gates": "a service has no results that gates could judge",
    "deploy": "a service makes no files that could land",
    "schedule": "a service stands all the time, and is not launched at times",
    "source": "a service is made from this repository's code, not from another one's",
}


def check(subject: Subject) -> Problems:
    """Fields that are of runs only."""
    if subject.kind != "Service":
        return
    spec = subject.spec
    given = {
        "gates": bool(spec.gates),
        "deploy": spec.deploy != Deploy(),
        "schedule": spec.schedule is not None,
        "source": spec.source is not None,
    }
    for field, why in WHY.items():
        if given[field]:
            yield Problem(("spec", field), why, "remove it")


RULE = Rule(
    severity="error",
    summary="Fields of runs in a service",
    page=__doc__,
    check=check,
    kind="Service",
    bad="schedule: {cron: '0 3 * * 1'}",
    good="scaling: {max_containers: 2}",
)
