"""The cards and decks as arrays, indexed by card number or deck number."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from workloads.skirmish.cards import CARDS
from workloads.skirmish.decks import DECKS
from workloads.skirmish.features import FEATURE_NAMES, Feature

Integers = NDArray[np.int32]
Flags = NDArray[np.bool_]

UNPLAYABLE: Final = 99
"""A cost that no mana pays."""


def _column(name: str) -> Integers:
    """Return one attribute of every card, shape (cards,)."""
    return np.array([getattr(card, name) for card in CARDS], dtype=np.int32)


COST: Final = _column("cost")
ATTACK: Final = _column("attack")
HEALTH: Final = _column("health")
GROW: Final = _column("grow")
BURN: Final = _column("burn")
STRIKE: Final = _column("strike")
MEND: Final = _column("mend")
RALLY: Final = _column("rally")
DRAW: Final = _column("draw")
RUSH: Final = _column("rush").astype(bool)
GUARD: Final = _column("guard").astype(bool)
DRAIN: Final = _column("drain").astype(bool)
IS_UNIT: Final = HEALTH > 0

COST_BY_ROOM: Final = np.concatenate([np.where(IS_UNIT, UNPLAYABLE, COST), COST])
"""Cost at index card if the board is full, at index card + cards if it has a free slot."""
COST_BY_ROOM[[0, len(CARDS)]] = UNPLAYABLE

HAS_SITUATION: Final = GUARD | (RALLY > 0) | (BURN > 0) | (STRIKE > 0) | (MEND > 0)
"""Cards with a feature that depends on the state of the game."""

DECK_CARDS: Final = np.array([deck.cards for deck in DECKS], dtype=np.int8)
"""Unshuffled card numbers, shape (decks, DECK_SIZE)."""


def _printed_features() -> Integers:
    """Return the features that depend on the card alone, shape (features, cards)."""
    table = np.zeros((len(FEATURE_NAMES), len(CARDS)), dtype=np.int32)
    table[Feature.card_cost] = COST
    table[Feature.card_attack] = ATTACK
    table[Feature.card_health] = HEALTH
    table[Feature.card_rush] = ATTACK * RUSH
    table[Feature.card_guard] = HEALTH * GUARD
    table[Feature.card_drain] = ATTACK * DRAIN
    table[Feature.card_grow] = GROW
    table[Feature.card_draw] = DRAW
    table[Feature.enemy_hero_damage] = BURN
    return table


PRINTED_FEATURES: Final = _printed_features()
