"""GPUs are the dearest part of a run, and this job does not say what it may cost at most.

With `budget: {usd: …}` a plan that could cost more is refused before anything starts, also after
somebody raised a timeout or added a variant. `runner plan` shows the present bound.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """GPUs without `budget`; a service has no end, and its budget is of what it trains."""
    if subject.spec.budget is None and subject.kind != "Service":
        for path, _ in subject.gpus()[:1]:
            fix = "add budget: {usd: …}; runner plan shows the bound"
            yield Problem(path, "the job uses a GPU and has no budget", fix)


RULE = Rule(
    severity="warning",
    summary="A GPU and no budget",
    page=__doc__,
    check=check,
    bad="resources: {gpu: T4}",
    good="""
resources: {gpu: T4}
budget: {usd: 5}
""",
)
