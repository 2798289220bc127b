"""The validation document: what a round robin found, from any tool's JSON. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct, field

from runner.kinds.tune.spec import Fields, Thresholds

Status = Literal["balanced", "warning", "imbalanced"]

MOST_GAMES = 10**12
LOPSIDED = 0.7


class Matchup(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Games between two sides, both seats played. Draws belong to neither."""

    side_a: str
    side_b: str
    games: int
    draws: int
    wins_a: int
    wins_b: int
    wins_first_seat: int
    wins_second_seat: int
    seconds: float = 0.0

    @property
    def points_a(self) -> float:
        """Wins of side a, a draw counted as half of one."""
        return self.wins_a + self.draws / 2

    @property
    def points_first_seat(self) -> float:
        """Wins from the first seat, a draw counted as half of one."""
        return self.wins_first_seat + self.draws / 2


class Faction(Struct, frozen=True):
    """One side over all its matchups; `win_rate` counts a draw as half a win."""

    name: str
    games: int
    wins: int
    draws: int
    win_rate: float


class Merged(Struct, frozen=True, kw_only=True):
    """All matchups in one document, with what a balance reviewer asks first."""

    schema: Literal["runner/validation-summary/v1"] = "runner/validation-summary/v1"
    status: Status
    games: int
    draws: int
    first_seat_win_rate: float
    largest_faction_delta: float
    factions: tuple[Faction, ...]
    matchups: tuple[Matchup, ...]
    warnings: tuple[str, ...] = ()
    seconds: float = field(default=0.0)


def matchups(document: Any, fields: Fields) -> tuple[list[Matchup], list[str]]:
    """The matchups of a tool's document, its own names mapped, and a sentence for each that is wrong."""
    rows = _lookup(document, fields.matchups)
    if isinstance(rows, Mapping):
        rows = [rows]
    if not isinstance(rows, list) or not rows:
        return [], [f"the document has no list of matchups at {fields.matchups!r}"]
    found: list[Matchup] = []
    problems: list[str] = []
    for number, row in enumerate(rows, 1):
        result = _matchup(row, fields)
        if isinstance(result, str):
            problems.append(f"matchup {number}: {result}")
        else:
            found.append(result)
    return found, problems


def merge(played: Sequence[Matchup], thresholds: Thresholds, problems: Sequence[str] = ()) -> Merged:
    """One document out of all matchups. `played` must not be empty."""
    games = sum(matchup.games for matchup in played)
    factions = _factions(played)
    rates = [faction.win_rate for faction in factions] or [0.5]
    delta = max(rates) - min(rates)
    first = sum(matchup.points_first_seat for matchup in played) / games
    return Merged(
        status=_status(delta, thresholds),
        games=games,
        draws=sum(matchup.draws for matchup in played),
        first_seat_win_rate=first,
        largest_faction_delta=delta,
        factions=tuple(factions),
        matchups=tuple(played),
        warnings=(*problems, *_lopsided(played)),
        seconds=sum(matchup.seconds for matchup in played),
    )


def _status(delta: float, thresholds: Thresholds) -> Status:
    if delta <= thresholds.balanced:
        return "balanced"
    return "warning" if delta <= thresholds.warning else "imbalanced"


def _factions(played: Sequence[Matchup]) -> list[Faction]:
    """Every side's record; a side against itself says nothing of its strength, only of the seats."""
    contests = [matchup for matchup in played if matchup.side_a != matchup.side_b]
    names = sorted({side for matchup in contests for side in (matchup.side_a, matchup.side_b)})
    return [_faction(name, contests) for name in names]


def _faction(name: str, played: Sequence[Matchup]) -> Faction:
    games = wins = draws = 0
    for matchup in played:
        for side, won in ((matchup.side_a, matchup.wins_a), (matchup.side_b, matchup.wins_b)):
            if side == name:
                games, wins, draws = games + matchup.games, wins + won, draws + matchup.draws
    return Faction(name, games, wins, draws, (wins + draws / 2) / games)


def _lopsided(played: Sequence[Matchup]) -> list[str]:
    warnings = []
    for matchup in played:
        rate = matchup.points_a / matchup.games
        if max(rate, 1 - rate) > LOPSIDED:
            strong, weak = (
                (matchup.side_a, matchup.side_b) if rate > 0.5 else (matchup.side_b, matchup.side_a)
            )
            warnings.append(f"{strong} wins {max(rate, 1 - rate):.1%} of its games against {weak}")
    return warnings


def _lookup(document: Any, path: str) -> Any:
    for part in path.split("."):
        if isinstance(document, Mapping):
            document = document.get(part)
        elif isinstance(document, list) and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        else:
            return None
    return document


def _matchup(row: Any, fields: Fields) -> Matchup | str:
    sides = [_lookup(row, path) for path in (fields.side_a, fields.side_b)]
    if not all(isinstance(side, str) and 0 < len(side) <= 100 for side in sides):
        return f"the sides at {fields.side_a!r} and {fields.side_b!r} are not names"
    counts = _counts(row, fields)
    if isinstance(counts, str):
        return counts
    if counts["games"] == 0:
        return "no game was played"
    for first, second in (("wins_a", "wins_b"), ("wins_first_seat", "wins_second_seat")):
        if counts[first] + counts[second] + counts["draws"] != counts["games"]:
            return f"{first} + {second} + draws is not the number of games"
    seconds = _lookup(row, fields.seconds)
    taken = float(seconds) if isinstance(seconds, int | float) and 0 <= seconds < 1e9 else 0.0
    return Matchup(side_a=sides[0], side_b=sides[1], seconds=taken, **counts)


def _counts(row: Any, fields: Fields) -> dict[str, int] | str:
    """The numbers of games. A tool that does not count draws leaves them to be worked out."""
    counts: dict[str, int] = {}
    for name in ("games", "wins_a", "wins_b", "wins_first_seat", "wins_second_seat", "draws"):
        path = getattr(fields, name)
        count = _lookup(row, path)
        if count is None and name == "draws":
            count = counts["games"] - counts["wins_a"] - counts["wins_b"]
        if count is None:
            return f"there is no field {path!r}; say under spec.validation.fields.{name} what it is called"
        if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= MOST_GAMES:
            return f"{path!r} is not a number of games"
        counts[name] = count
    return counts
