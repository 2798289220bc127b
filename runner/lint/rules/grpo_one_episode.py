"""One episode cannot say how sure a result is, so no gate could be decided by it.

Write at least 2, better 200, or 0 for no evaluation at all.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """An evaluation of one episode."""
    if subject.kind == "GRPO" and subject.spec.evaluation.episodes == 1:
        path = ("spec", "evaluation", "episodes")
        yield Problem(path, "one episode cannot say how sure a result is", "write 200, or 0 for none")


RULE = Rule(
    severity="error",
    summary="An evaluation of one episode",
    page=__doc__,
    check=check,
    kind="GRPO",
    bad="evaluation: {episodes: 1}",
    good="evaluation: {episodes: 0}",
)
