"""`mode: validate-only` skips training and runs the validation, which this manifest does not have.

Add `validation`, or use another mode.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """The mode without its part."""
    if getattr(subject.spec, "mode", None) == "validate-only" and subject.validation is None:
        yield Problem(
            ("spec", "mode"),
            "mode is validate-only, but there is no validation",
            "add validation, or write mode: train-only",
        )


RULE = Rule(
    severity="error",
    summary="mode: validate-only without a validation",
    page=__doc__,
    check=check,
    kind="Tune",
    bad="mode: validate-only",
    good="mode: train-only",
)
