"""With `history: optimal_scratchpad` the environment itself writes the notes that an ideal player would keep.
Only `key_door` can do that.

With `history: scratchpad` the player writes its own notes, in every environment.
"""

from __future__ import annotations

from runner.kinds.language.environments import REMEMBER
from runner.lint.language import ENVIRONMENT, plays, whole_environment
from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.wording import choices


def check(subject: Subject) -> Problems:
    """Notes of an ideal player where the environment has none."""
    whole = whole_environment(subject) if subject.kind in ("GRPO", "Evaluate") else None
    if whole is not None and whole.history == "optimal_scratchpad" and not plays(subject, REMEMBER):
        message = f"only {choices(sorted(REMEMBER))} knows an ideal player's notes"
        yield Problem((*ENVIRONMENT, "history"), message, "write history: scratchpad, or full")


RULE = Rule(
    severity="error",
    summary="A history that the environment cannot write",
    page=__doc__,
    check=check,
    kind="GRPO",
    bad="environment: {name: wordle, history: optimal_scratchpad}",
    good="environment: {name: key_door, history: optimal_scratchpad}",
)
