"""A gate is one statement: exactly one of `between`, `min`, `max` and `against`, with its lower bound
below its upper one.

With two statements in one gate it is not clear which interval its verdict rests on. Write two
gates. Bounds in the wrong order can never hold: exchange them.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """More than one comparison, or bounds in the wrong order."""
    for index, gate in enumerate(subject.spec.gates):
        path = ("spec", "gates", index)
        given = [name for name in ("between", "min", "max", "against") if getattr(gate, name) is not None]
        if len(given) > 1:
            yield Problem(path, f"the gate has {' and '.join(given)}", "write one gate for each")
        low, high = gate.between or (0, 0)
        if low > high:
            message = f"no value lies between {low} and {high}"
            yield Problem((*path, "between"), message, f"write [{high}, {low}]")
        if gate.min_delta is not None and gate.max_delta is not None and gate.min_delta > gate.max_delta:
            yield Problem(path, "min_delta is above max_delta", "exchange the two")


RULE = Rule(
    severity="error",
    summary="A gate that says two things, or one that cannot hold",
    page=__doc__,
    check=check,
    bad="gates: [{metric: score, between: [0.55, 0.5]}]",
    good="gates: [{metric: score, between: [0.5, 0.55]}]",
)
