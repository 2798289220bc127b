"""`budget` of a service is what one training may cost that a request launches, and this service trains
nothing. A service has no end, so no budget could hold all that it costs.

Remove it. What a service may cost is bounded by `scaling.max_containers`, and `policy.max_usd` and
`policy.approval.usd` of the repository's settings are held to a day with all of them.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """A budget for trainings that there are not."""
    spec = subject.spec
    if subject.kind == "Service" and spec.budget is not None and spec.training is None:
        message = "the budget is of one training, and this service trains nothing"
        yield Problem(("spec", "budget"), message, "remove it, or add training: {job: …}")


RULE = Rule(
    severity="warning",
    summary="A budget of a service that trains nothing",
    page=__doc__,
    check=check,
    kind="Service",
    bad="budget: {usd: 5}",
    good="scaling: {max_containers: 1}",
)
