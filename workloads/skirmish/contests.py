"""Contests: balanced sets of games between one player and others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workloads.skirmish.batch_state import Indices
from workloads.skirmish.decks import DECKS
from workloads.skirmish.engine import Schedule, play
from workloads.skirmish.players import Player
from workloads.skirmish.randomness import Keys, game_keys
from workloads.skirmish.rules import DRAWN_GAME, FIRST_SEAT, SECOND_SEAT
from workloads.skirmish.weights_file import GENERALIST


@dataclass(frozen=True, slots=True)
class Contest:
    """Decks, seats and keys of games, without the players; arrays have shape (games,).

    Playing one contest with several players gives them the same luck.
    """

    own_deck: Indices
    other_deck: Indices
    seat: Indices
    """Seat of the player under test, 0 or 1."""
    keys: Keys

    def schedule(self, player: int, opponent: int) -> Schedule:
        """Return the games between two numbered players."""
        leads = self.seat == 0
        return Schedule(
            first=np.where(leads, player, opponent),
            second=np.where(leads, opponent, player),
            first_deck=np.where(leads, self.own_deck, self.other_deck),
            second_deck=np.where(leads, self.other_deck, self.own_deck),
            keys=self.keys,
        )

    def points(self, winner: NDArray[np.int8]) -> float:
        """Return the points of the player under test: 1 per win, a half per draw."""
        own_win = np.where(self.seat == 0, FIRST_SEAT, SECOND_SEAT)
        return float((winner == own_win).sum() + 0.5 * (winner == DRAWN_GAME).sum())


def draw_contest(specialty: str, games: int, seed: int, stream: int) -> Contest:
    """Draw a contest for the decks of a specialty against the decks of other factions.

    Deck pairs and seats are dealt out evenly: no combination occurs twice before every
    combination has occurred once.
    """
    cells = np.array(
        [
            (own, other, seat)
            for own, own_deck in enumerate(DECKS)
            for other, other_deck in enumerate(DECKS)
            for seat in (0, 1)
            if own_deck.faction != other_deck.faction and specialty in (GENERALIST, own_deck.faction)
        ]
    )
    order = np.random.default_rng([seed, stream]).permutation(len(cells))
    chosen = cells[order[np.arange(games) % len(cells)]]
    return Contest(chosen[:, 0], chosen[:, 1], chosen[:, 2], game_keys(seed, stream, games))


def win_rates(players: Sequence[Player], pairings: Sequence[tuple[Player, Contest]]) -> NDArray[np.float64]:
    """Return each player's rate of points in each pairing, shape (players, pairings).

    A pairing is an opponent and the contest to play against it. All games are one batch.
    """
    everyone = [*players, *(opponent for opponent, _ in pairings)]
    cells = [
        (player, pairing, contest)
        for player in range(len(players))
        for pairing, (_, contest) in enumerate(pairings)
    ]
    schedule = Schedule.joined(
        [contest.schedule(player, len(players) + pairing) for player, pairing, contest in cells]
    )
    winner = play(everyone, schedule).winner
    rates = np.zeros((len(players), len(pairings)))
    start = 0
    for player, pairing, contest in cells:
        games = contest.keys.size
        rates[player, pairing] = contest.points(winner[start : start + games]) / games
        start += games
    return rates
