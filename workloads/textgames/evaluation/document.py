"""The document of an evaluation, `evaluation.json`: who played what, how well, and how episodes went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from msgspec import Struct, field, json

from workloads.textgames.evaluation.contestants import Contest, Contestant
from workloads.textgames.evaluation.examples import Example
from workloads.textgames.evaluation.scores import Outcome, Score, pair
from workloads.textgames.settings import Environment


class Played(NamedTuple):
    """What one contestant did: its episodes in the order of their seeds, and its score."""

    outcomes: Sequence[Outcome]
    score: Score


class EnvironmentRow(Struct, frozen=True, kw_only=True):
    """What was played."""

    name: str
    history: str
    arguments: dict[str, Any]


class PlayerRow(Struct, frozen=True, kw_only=True):
    """One player: means over episodes, the tokens of all replies, seconds of the wall clock."""

    name: str
    model: str
    adapter: str | None
    successes: int
    reward: float
    reward_stddev: float
    turns: float
    tokens: int
    seconds: float


class PairRow(Struct, frozen=True, kw_only=True):
    """Two players on the same seeds; `scores.Pair` says what the numbers are."""

    of: str
    against: str
    gained: int
    lost: int
    reward_difference: float
    paired_stddev: float


class Document(Struct, frozen=True, kw_only=True):
    """The whole evaluation. `notes` are sentences about what was not played as it might have been."""

    schema: Literal["textgames/evaluation/v1"] = "textgames/evaluation/v1"
    environment: EnvironmentRow
    episodes: int
    first_seed: int
    players: list[PlayerRow]
    pairs: list[PairRow]
    examples: list[Example]
    notes: list[str] = field(default_factory=list)


def document(
    environment: Environment,
    first_seed: int,
    contest: Contest,
    played: Mapping[str, Played],
    examples: Sequence[Example],
) -> Document:
    """What is known after all contestants have played."""
    judged, *others = contest.contestants
    return Document(
        environment=EnvironmentRow(
            name=environment.name, history=environment.history, arguments=environment.arguments
        ),
        episodes=played[judged.name].score.episodes,
        first_seed=first_seed,
        players=[_row(contestant, played[contestant.name].score) for contestant in contest.contestants],
        pairs=[_pair(judged, other, played) for other in others],
        examples=list(examples),
        notes=list(contest.notes),
    )


def encode(whole: Document) -> bytes:
    """The document as it is written."""
    return json.format(json.encode(whole), indent=2) + b"\n"


def _row(contestant: Contestant, score: Score) -> PlayerRow:
    return PlayerRow(
        name=contestant.name,
        model=contestant.model.name,
        adapter=contestant.model.adapter,
        successes=score.successes,
        reward=score.reward,
        reward_stddev=score.reward_stddev,
        turns=score.turns,
        tokens=score.tokens,
        seconds=score.seconds,
    )


def _pair(judged: Contestant, other: Contestant, played: Mapping[str, Played]) -> PairRow:
    compared = pair(played[judged.name].outcomes, played[other.name].outcomes)
    return PairRow(
        of=judged.name,
        against=other.name,
        gained=compared.gained,
        lost=compared.lost,
        reward_difference=compared.reward_difference,
        paired_stddev=compared.paired_stddev,
    )
