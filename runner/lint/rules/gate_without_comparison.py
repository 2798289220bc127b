"""A gate needs one of `between`, `min`, `max` and `against`; a metric alone says nothing.

Write for example `{metric: win_rate, min: 0.5}` or `{metric: win_rate, against: champion, min_delta: 0}`.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.wording import shown


def check(subject: Subject) -> Problems:
    """Gates with none of the four."""
    for index, gate in enumerate(subject.spec.gates):
        if gate.between is gate.min is gate.max is gate.against is None:
            yield Problem(
                ("spec", "gates", index),
                f"the gate on {shown(gate.metric)} compares with nothing",
                "add one of between, min, max and against",
            )


RULE = Rule(
    severity="error",
    summary="A gate that compares with nothing",
    page=__doc__,
    check=check,
    bad="gates: [{metric: score}]",
    good="gates: [{metric: score, min: 0.5}]",
)
