"""Validation: every deck pair of a matchup, in both seats, with fixed numbers of games."""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from workloads.skirmish.decks import DECKS, decks_of
from workloads.skirmish.engine import Schedule, play
from workloads.skirmish.players import Player
from workloads.skirmish.randomness import game_keys
from workloads.skirmish.rules import FIRST_SEAT, SECOND_SEAT
from workloads.skirmish.weights_file import GENERALIST, load_player

SCHEMA: Final = "runner/validation/v1"

Winners = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Pairing:
    """One deck of side A against one of side B; `seat_a` is the seat (0 or 1) of side A."""

    deck_a: int
    deck_b: int
    seat_a: int

    def schedule(self, games: int, seed: int) -> Schedule:
        """Return the games; player 0 is side A. They depend on nothing but the arguments."""
        stream = (self.deck_a * len(DECKS) + self.deck_b) * 2 + self.seat_a
        decks = (self.deck_a, self.deck_b) if self.seat_a == 0 else (self.deck_b, self.deck_a)
        return Schedule(
            first=np.full(games, self.seat_a),
            second=np.full(games, 1 - self.seat_a),
            first_deck=np.full(games, decks[0]),
            second_deck=np.full(games, decks[1]),
            keys=game_keys(seed, stream, games),
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """Results of one pairing."""

    pairing: Pairing
    games: int
    first: int
    """Games won by the first seat."""
    second: int
    """Games won by the second seat."""

    @property
    def draws(self) -> int:
        """Games that nobody won."""
        return self.games - self.first - self.second

    @property
    def wins_a(self) -> int:
        """Games won by side A."""
        return self.first if self.pairing.seat_a == 0 else self.second

    @property
    def wins_b(self) -> int:
        """Games won by side B."""
        return self.second if self.pairing.seat_a == 0 else self.first


def load_specialists(folder: Path, factions: Sequence[str]) -> dict[str, Player]:
    """Load each faction's weights: its specialist's if there are any, else the generalist's."""
    players = {}
    for faction in factions:
        specialist = folder / "specialists" / f"{faction}.toml"
        chosen = specialist if specialist.exists() else folder / f"{GENERALIST}.toml"
        players[faction] = load_player(chosen)
    return players


def play_pairings(
    players: tuple[Player, Player], pairings: Sequence[Pairing], games: int, seed: int
) -> list[Tally]:
    """Play some pairings of one matchup; `players` are those of side A and side B."""
    schedule = Schedule.joined([pairing.schedule(games, seed) for pairing in pairings])
    winner = play(players, schedule).winner.reshape(len(pairings), games)
    return [_tally(pairing, won) for pairing, won in zip(pairings, winner, strict=True)]


def _tally(pairing: Pairing, winner: Winners) -> Tally:
    """Count the results of one pairing."""
    first, second = int((winner == FIRST_SEAT).sum()), int((winner == SECOND_SEAT).sum())
    return Tally(pairing, winner.size, first, second)


def validate_matchup(
    sides: tuple[str, str],
    players: Mapping[str, Player],
    games: int,
    seed: int,
    pool: Executor | None,
    workers: int,
) -> dict[str, Any]:
    """Play one matchup and return its entry in the validation document."""
    begun = time.perf_counter()
    pairings = [
        Pairing(deck_a, deck_b, seat_a)
        for seat_a in (0, 1)
        for deck_a in decks_of(sides[0])
        for deck_b in decks_of(sides[1])
    ]
    both = (players[sides[0]], players[sides[1]])
    if pool is None:
        tallies = play_pairings(both, pairings, games, seed)
    else:
        size = -(-len(pairings) // workers)
        jobs = [
            pool.submit(play_pairings, both, pairings[start : start + size], games, seed)
            for start in range(0, len(pairings), size)
        ]
        tallies = [tally for job in jobs for tally in job.result()]
    entry = _entry(sides, tallies)
    return entry | {"seconds": round(time.perf_counter() - begun, 3), "decks": _decks(tallies)}


def _entry(sides: tuple[str, str], tallies: Sequence[Tally]) -> dict[str, Any]:
    """Add up all pairings of a matchup."""
    return {
        "side_a": sides[0],
        "side_b": sides[1],
        "games": sum(tally.games for tally in tallies),
        "draws": sum(tally.draws for tally in tallies),
        "wins_a": sum(tally.wins_a for tally in tallies),
        "wins_b": sum(tally.wins_b for tally in tallies),
        "wins_first_seat": sum(tally.first for tally in tallies),
        "wins_second_seat": sum(tally.second for tally in tallies),
    }


def _decks(tallies: Sequence[Tally]) -> list[dict[str, Any]]:
    """Add up the games of every deck, in deck order."""
    totals: dict[int, dict[str, Any]] = {}
    for tally in tallies:
        pairing = tally.pairing
        for number, wins in ((pairing.deck_a, tally.wins_a), (pairing.deck_b, tally.wins_b)):
            deck = DECKS[number]
            blank = {"name": deck.name, "faction": deck.faction, "games": 0, "wins": 0, "draws": 0}
            total = totals.setdefault(number, blank)
            total["games"] += tally.games
            total["wins"] += wins
            total["draws"] += tally.draws
    return [totals[number] for number in sorted(totals)]
