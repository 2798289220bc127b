"""The state of one side in thousands of games at once.

Arrays have the games on their last, contiguous axis: shape (games,), or (slots, games).
"""

from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from workloads.skirmish import card_tables as cards
from workloads.skirmish.card_tables import Flags, Integers
from workloads.skirmish.features import Feature
from workloads.skirmish.randomness import Keys, shuffled_positions_many
from workloads.skirmish.rules import (
    BOARD_SLOTS,
    DECK_SIZE,
    EXHAUSTION,
    HAND_SLOTS,
    HERO_HEALTH,
    OPENING_HAND,
    UNIT_LIMIT,
)

Indices = NDArray[np.intp]
Number = TypeVar("Number", bound=np.generic)


@dataclass(slots=True)
class Side:
    """Hero, hand, deck, board and player of one seat, in every game of a batch.

    An empty place in a hand holds card 0; an empty slot has attack and health 0.
    """

    player: Indices
    """Which player sits here, shape (games,)."""
    random: Flags
    """Whether that player chooses at random."""
    weights: Integers
    """Weights of all players, (features, players); one column if one player sits everywhere."""
    deck: NDArray[np.int8]
    """Shuffled card numbers with a final 0, shape (DECK_SIZE + 1, games dealt)."""
    dealt: Indices
    """Column of `deck` that belongs to each game."""
    hero: Integers
    mana: Integers
    drawn: Indices
    """Cards drawn so far."""
    hand: Indices
    attack: Integers
    health: Integers
    guard: Flags
    drain: Flags
    grow: Integers
    ready: Flags

    def keep(self, games: Indices) -> None:
        """Drop all games but those given."""
        for field in fields(self):
            if field.name not in ("weights", "deck"):
                setattr(self, field.name, getattr(self, field.name).take(games, axis=-1))

    def weight(self, feature: Feature, player: Indices) -> Integers:
        """Return one weight of each of the players given, shape (len(player),) or (1,)."""
        weights = self.weights[feature]
        chosen: Integers = weights if weights.size == 1 else weights.take(player)
        return chosen

    def total_attack(self) -> Integers:
        """Return the attack of all units together in every game."""
        total: Integers = self.attack.sum(axis=0, dtype=np.int32)
        return total

    def draw(self, games: Indices) -> None:
        """Draw one card in each of the given games."""
        drawn = columns(self.drawn, games)
        dealt = self.deck.shape[1]
        card = self.deck.reshape(-1).take(drawn * dealt + columns(self.dealt, games))
        exhausted = np.flatnonzero(drawn == DECK_SIZE)
        if exhausted.size:
            self.hero[games[exhausted]] -= EXHAUSTION
        self.drawn[games] = np.minimum(drawn + 1, DECK_SIZE)
        place = first_empty(columns(self.hand, games))
        fits = np.flatnonzero(place < HAND_SLOTS)
        column = place.take(fits) * self.hero.size + games.take(fits)
        self.hand.reshape(-1)[column] = card.take(fits)

    def start_turn(self, mana: int, games: Indices) -> None:
        """Refill mana, grow and ready the units, draw a card; `games` numbers all games."""
        self.mana.fill(mana)
        np.greater(self.health, 0, out=self.ready)
        for values in (self.attack, self.health):
            values += self.grow
            np.minimum(values, UNIT_LIMIT, out=values)
        self.draw(games)

    def bury(self, units: Indices) -> None:
        """Clear board places, given as flat indices into (slots, games)."""
        for values in (self.attack, self.health, self.guard, self.grow):
            values.reshape(-1)[units] = 0


def columns(array: NDArray[Number], games: Indices) -> NDArray[Number]:
    """Return the columns of some games; the array itself, not to be changed, if that is all."""
    return array if games.size == array.shape[-1] else array.take(games, axis=-1)


def first_empty(places: NDArray[np.signedinteger[Any]]) -> Indices:
    """Return the first row that is 0 in each column, or the number of rows if there is none."""
    rows = len(places)
    rank = np.arange(rows, 0, -1, dtype=np.int8)[:, None]
    first: Indices = (rows - ((places == 0) * rank).max(axis=0)).astype(np.intp)
    return first


def deal(seat: int, player: Indices, weights: Integers, random: Flags, decks: Indices, keys: Keys) -> Side:
    """Shuffle and deal one seat (0 or 1) of every game.

    `weights` is (players, features) and `random` (players,); the rest has shape (games,).
    """
    count = keys.size
    deck = np.zeros((DECK_SIZE + 1, count), dtype=np.int8)
    order = shuffled_positions_many(keys, seat)
    deck[:DECK_SIZE] = np.take_along_axis(cards.DECK_CARDS[decks], order, axis=1).T
    hand = np.zeros((HAND_SLOTS, count), dtype=np.intp)
    hand[: OPENING_HAND[seat]] = deck[: OPENING_HAND[seat]]
    shared = count > 0 and bool((player == player[0]).all())
    numbers = np.zeros((5, BOARD_SLOTS, count), dtype=np.int32)
    return Side(
        player=player,
        random=random[player],
        weights=np.ascontiguousarray(weights[player[:1]].T if shared else weights.T),
        deck=deck,
        dealt=np.arange(count),
        hero=np.full(count, HERO_HEALTH, dtype=np.int32),
        mana=np.zeros(count, dtype=np.int32),
        drawn=np.full(count, OPENING_HAND[seat], dtype=np.intp),
        hand=hand,
        attack=numbers[0],
        health=numbers[1],
        guard=numbers[2].astype(bool),
        drain=numbers[3].astype(bool),
        grow=numbers[4],
        ready=numbers[2].astype(bool),
    )
