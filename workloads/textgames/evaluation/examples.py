"""The best and the worst episodes of a player, short enough to be read in a report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

from msgspec import Struct

from workloads.textgames.evaluation.scores import Outcome

Kind = Literal["best", "worst"]

OF_A_KIND: Final = 2
_MOST_TURNS: Final = 40
_LONGEST: Final = 800
"""Characters of an observation or a reply."""


class Turn(Struct, frozen=True):
    """What was seen, what was replied, and the reward for it."""

    observation: str
    reply: str
    reward: float


class Example(Struct, frozen=True, kw_only=True):
    """One episode, of which the last turns are shown."""

    player: str
    kind: Kind
    seed: int
    reward: float
    success: bool
    turns: list[Turn]


def chosen(outcomes: Sequence[Outcome]) -> tuple[list[Outcome], list[Outcome]]:
    """The best episodes and the worst, at most two each, and none twice.

    Success counts first, then the reward, then how short the episode was.
    """
    ranked = sorted(outcomes, key=lambda one: (not one.success, -one.reward, one.turns, one.seed))
    count = min(OF_A_KIND, len(ranked) // 2)
    return ranked[:count], ranked[::-1][:count]


def examples(player: str, outcomes: Sequence[Outcome], lines: Iterable[dict[str, Any]]) -> list[Example]:
    """The examples of a player, their turns found among the lines of the transcripts."""
    best, worst = chosen(outcomes)
    turns: dict[int, list[Turn]] = {outcome.seed: [] for outcome in (*best, *worst)}
    for line in lines:
        if line["player"] == player and line["seed"] in turns:
            shown = Turn(cut(line["observation"]), cut(line["reply"]), line["reward"])
            turns[line["seed"]].append(shown)
    kinds: tuple[tuple[Kind, list[Outcome]], ...] = (("best", best), ("worst", worst))
    return [
        Example(
            player=player,
            kind=kind,
            seed=outcome.seed,
            reward=outcome.reward,
            success=outcome.success,
            turns=turns[outcome.seed][-_MOST_TURNS:],
        )
        for kind, found in kinds
        for outcome in found
    ]


def cut(text: str) -> str:
    """A text of bounded length, its end left out, and without halves of characters."""
    short = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return short.encode("utf-8", "replace").decode("utf-8")
