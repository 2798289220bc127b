"""The document of an evaluation, `evaluation.json`, as `workloads/textgames` writes it.

Nothing in it is trusted.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from runner.results.metrics import read_output
from runner.results.model import Metric

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "evaluation.json"
MOST_BYTES: Final = 4 << 20

Count = Annotated[int, Meta(ge=0, le=2**53)]
Amount = Annotated[float, Meta(ge=-1e15, le=1e15)]
Size = Annotated[float, Meta(ge=0, le=1e15)]
Name = Annotated[str, Meta(min_length=1, max_length=60)]
Text = Annotated[str, Meta(max_length=20_000)]


class Environment(Struct, frozen=True, kw_only=True):
    """What was played."""

    name: Name
    history: Name = "full"
    arguments: dict[str, Any] = {}


class Player(Struct, frozen=True, kw_only=True):
    """One player: its successes, means over its episodes, tokens of all its replies, seconds."""

    name: Name
    model: Annotated[str, Meta(max_length=1_000)] = ""
    adapter: Annotated[str, Meta(max_length=1_000)] | None = None
    successes: Count
    reward: Amount
    reward_stddev: Size
    turns: Size
    tokens: Count = 0
    seconds: Size = 0.0


class Pair(Struct, frozen=True, kw_only=True):
    """Two players on the same seeds: on how many only `of` succeeded, and only `against`."""

    of: Name
    against: Name
    gained: Count
    lost: Count
    reward_difference: Amount
    paired_stddev: Size


class Turn(Struct, frozen=True):
    """What a player saw, what it replied, and the reward for it."""

    observation: Text
    reply: Text
    reward: Amount = 0.0


class Example(Struct, frozen=True, kw_only=True):
    """One episode of a player, or its last turns."""

    player: Name
    kind: Literal["best", "worst"]
    seed: int
    reward: Amount
    success: bool
    turns: Annotated[list[Turn], Meta(max_length=200)] = []


class Evaluation(Struct, frozen=True, kw_only=True):
    """The whole evaluation, the judged player first. `notes` are sentences about how it was played."""

    schema: Literal["textgames/evaluation/v1"] = "textgames/evaluation/v1"
    environment: Environment
    episodes: Annotated[int, Meta(ge=2, le=2**53)]
    first_seed: int = 0
    players: Annotated[list[Player], Meta(min_length=1, max_length=8)]
    pairs: Annotated[list[Pair], Meta(max_length=8)] = []
    examples: Annotated[list[Example], Meta(max_length=40)] = []
    notes: Annotated[list[Annotated[str, Meta(max_length=1_000)]], Meta(max_length=20)] = []

    def player(self, name: str) -> Player | None:
        """The player of a name."""
        return next((one for one in self.players if one.name == name), None)

    def success_rate(self, player: Player, pair: Pair | None = None) -> Metric:
        """A player's rate of success; with `pair`, as compared with the other one there."""
        gained, lost = (None, None) if pair is None else (pair.gained, pair.lost)
        return Metric(player.successes / self.episodes, trials=self.episodes, gained=gained, lost=lost)

    def reward(self, player: Player, pair: Pair | None = None) -> Metric:
        """A player's mean reward; with `pair`, as compared with the other one there."""
        spread = None if pair is None else pair.paired_stddev
        return Metric(player.reward, stddev=player.reward_stddev, count=self.episodes, paired_stddev=spread)


def read(output: Path) -> tuple[Evaluation | None, str]:
    """The evaluation in an output folder, or in a sentence why there is none. Never raises."""
    try:
        content = read_output(output / FILE, MOST_BYTES)
        if content is None:
            return None, f"the command wrote no {FILE} to its output folder"
        document = msgspec.json.decode(content, type=Evaluation)
    except (OSError, ValueError, RecursionError) as error:
        return None, f"{FILE} cannot be read: {_reason(error)}"
    if problem := _contradiction(document):
        return None, f"{FILE} was ignored: {problem}"
    return replace(document, players=[_named(player) for player in document.players]), ""


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return (error.strerror if isinstance(error, OSError) else "") or str(error)


def _contradiction(document: Evaluation) -> str:
    """What cannot be true of it; empty where nothing is wrong."""
    names = [player.name for player in document.players]
    if len(set(names)) < len(names):
        return "two players have the same name"
    if any(player.successes > document.episodes for player in document.players):
        return "a player has more successes than episodes"
    for pair in document.pairs:
        of, against = document.player(pair.of), document.player(pair.against)
        if of is None or against is None or of is against:
            return f"a pair names a player that is not there, or twice the same: {pair.of}, {pair.against}"
        if pair.gained - pair.lost != of.successes - against.successes:
            return f"what {pair.of} gained and lost is not by how much it beats {pair.against}"
        if pair.gained > of.successes or pair.lost > against.successes:
            return f"{pair.of} gained or lost more than was won against {pair.against}"
    return ""


def _named(player: Player) -> Player:
    """The player without the folders of the machine that it was on."""
    adapter = None if player.adapter is None else _last(player.adapter)
    return replace(player, model=_last(player.model), adapter=adapter)


def _last(name: str) -> str:
    path = PurePosixPath(name)
    return f"…/{'/'.join(path.parts[-3:])}" if path.is_absolute() and len(path.parts) > 1 else name
