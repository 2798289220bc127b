"""Each matchup is a task and a row of the validation document; a second one of the same name would
count its games twice in every win rate.

Remove one of the two.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject, repeated


def check(subject: Subject) -> Problems:
    """Matchups that occur a second time."""
    if subject.validation is not None:
        for index, name in repeated(subject.validation.matchups):
            path = ("spec", "validation", "matchups", index)
            yield Problem(path, f"the matchup {name} stands twice", "remove one of them")


RULE = Rule(
    severity="error",
    summary="One matchup twice",
    page=__doc__,
    check=check,
    kind="Tune",
    bad="validation: {command: [python, play.py, '${matchup}'], matchups: [a-b, a-c, a-b]}",
    good="validation: {command: [python, play.py, '${matchup}'], matchups: [a-b, a-c, b-c]}",
)
