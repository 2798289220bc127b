"""The validation's command runs once per matchup, and `${matchup}` tells it which one to play.

Without it every task plays the same games, and the merged document would report one matchup under
several names.

Put `${matchup}` among the arguments; a shell line reads `$RUNNER_PARAM_MATCHUP`. A program that reads
the variable `RUNNER_PARAM_MATCHUP` by itself is fine, which is why this is only a warning.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """A command without the matchup's name."""
    validation = subject.validation
    if validation is None or len(validation.matchups) < 2:
        return
    line = validation.command
    text = "\n".join(line) if isinstance(line, list) else line.shell
    if "${matchup}" not in text and "RUNNER_PARAM_MATCHUP" not in text:
        yield Problem(
            ("spec", "validation", "command"),
            "the command does not say which matchup to play",
            "add ${matchup} to its arguments",
        )


RULE = Rule(
    severity="warning",
    summary="Several matchups, and a command that plays none of them",
    page=__doc__,
    check=check,
    kind="Tune",
    bad="validation: {command: [python, play.py], matchups: [a-b, a-c]}",
    good="validation: {command: [python, play.py, '${matchup}'], matchups: [a-b, a-c]}",
)
