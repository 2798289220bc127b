"""The batch engine: plays thousands of games at once, exactly like `reference.play_game`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workloads.skirmish import rules
from workloads.skirmish.batch_combat import attack
from workloads.skirmish.batch_play import Duel, play_cards
from workloads.skirmish.batch_state import Indices, Side, deal
from workloads.skirmish.card_tables import PRINTED_FEATURES, Flags, Integers
from workloads.skirmish.players import Player
from workloads.skirmish.randomness import Keys

CHUNK = 65_536
"""Games played together; larger batches gain no speed and take more memory."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The games to play; all arrays have shape (games,).

    `first` and `second` number the players given to `play`, `first_deck` and `second_deck`
    the decks in `decks.DECKS`; `keys` decide all chance (see `randomness.game_keys`).
    """

    first: Indices
    second: Indices
    first_deck: Indices
    second_deck: Indices
    keys: Keys

    @staticmethod
    def joined(schedules: "Sequence[Schedule]") -> "Schedule":
        """Return one schedule with the games of all."""
        return Schedule(
            first=np.concatenate([schedule.first for schedule in schedules]),
            second=np.concatenate([schedule.second for schedule in schedules]),
            first_deck=np.concatenate([schedule.first_deck for schedule in schedules]),
            second_deck=np.concatenate([schedule.second_deck for schedule in schedules]),
            keys=np.concatenate([schedule.keys for schedule in schedules]),
        )

    def part(self, games: slice) -> "Schedule":
        """Return some of the games."""
        return Schedule(
            self.first[games],
            self.second[games],
            self.first_deck[games],
            self.second_deck[games],
            self.keys[games],
        )


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How the games ended, in the order of the schedule."""

    winner: NDArray[np.int8]
    """DRAWN_GAME, FIRST_SEAT or SECOND_SEAT, shape (games,)."""
    turns: NDArray[np.int8]
    """Turns played by both sides together, shape (games,)."""
    health: Integers
    """Final health of the two heroes, never below zero, shape (2, games)."""


def play(players: Sequence[Player], schedule: Schedule, chunk: int = CHUNK) -> Outcomes:
    """Play every game of the schedule; the result does not depend on `chunk`."""
    weights = np.array([player.weights for player in players], dtype=np.int32)
    random = np.array([player.chooses_randomly for player in players])
    count = schedule.keys.size
    outcomes = Outcomes(
        winner=np.zeros(count, dtype=np.int8),
        turns=np.zeros(count, dtype=np.int8),
        health=np.zeros((2, count), dtype=np.int32),
    )
    for start in range(0, count, chunk):
        games = slice(start, min(count, start + chunk))
        part = Outcomes(outcomes.winner[games], outcomes.turns[games], outcomes.health[:, games])
        _play_chunk(weights, random, schedule.part(games), part)
    return outcomes


def _play_chunk(weights: Integers, random: Flags, schedule: Schedule, outcomes: Outcomes) -> None:
    """Play one chunk of games to the end and fill in their outcomes."""
    keys = schedule.keys
    sides = (
        deal(0, schedule.first, weights, random, schedule.first_deck, keys),
        deal(1, schedule.second, weights, random, schedule.second_deck, keys),
    )
    printed_scores = (weights @ PRINTED_FEATURES).reshape(-1)
    running = np.arange(keys.size)
    for turn in range(1, rules.TURN_LIMIT + 1):
        seat = (turn - 1) % 2
        own, foe = sides[seat], sides[1 - seat]
        _take_turn(Duel(own, foe, keys, turn, printed_scores, bool(own.random.any())), seat)
        over = (own.hero <= 0) | (foe.hero <= 0)
        if turn == rules.TURN_LIMIT:
            over[:] = True
        if over.any():
            _record(outcomes, running, np.flatnonzero(over), sides, turn)
            rest = np.flatnonzero(~over)
            running, keys = running.take(rest), keys.take(rest)
            for side in sides:
                side.keep(rest)
        if not running.size:
            break


def _take_turn(duel: Duel, seat: int) -> None:
    """Play one turn of one seat in all games."""
    mana = min((duel.turn + 1) // 2, rules.MANA_LIMIT)
    if duel.turn <= rules.BONUS_TURNS:
        mana += rules.BONUS_MANA[seat]
    games = np.arange(duel.keys.size)
    duel.own.start_turn(mana, games)
    play_cards(duel, games)
    attack(duel, games)


def _record(outcomes: Outcomes, running: Indices, over: Indices, sides: tuple[Side, Side], turn: int) -> None:
    """Write down the games that have just ended."""
    ended = running.take(over)
    first, second = sides[0].hero.take(over), sides[1].hero.take(over)
    outcomes.turns[ended] = turn
    outcomes.winner[ended] = np.select(
        [second <= 0, first <= 0], [rules.FIRST_SEAT, rules.SECOND_SEAT], rules.DRAWN_GAME
    )
    outcomes.health[0, ended] = np.maximum(first, 0)
    outcomes.health[1, ended] = np.maximum(second, 0)
