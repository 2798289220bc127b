"""The named features of the bot's linear evaluation.

A bot gives every legal action the score `sum(weight * feature)` and takes the action with the
highest score. All features are whole numbers and weights are multiples of 1/SCALE, so scores
are computed exactly in integers and every implementation chooses the same action.
"""

from enum import IntEnum
from typing import Final

SCALE: Final = 10_000
"""A weight w is stored inside the programs as the integer round(w * SCALE)."""

WEIGHT_LIMIT: Final = 20.0
"""Largest magnitude of a weight; keeps every score within 32 bits."""


class Feature(IntEnum):
    """Position of each feature in a weight vector, in the order used in weights files."""

    card_cost = 0
    """Mana the card costs."""
    card_attack = 1
    """Printed attack of the card."""
    card_health = 2
    """Printed health of the card."""
    card_rush = 3
    """Printed attack if the card has rush."""
    card_guard = 4
    """Printed health if the card has guard."""
    card_drain = 5
    """Printed attack if the card has drain."""
    card_grow = 6
    """Attack and health the unit gains per turn."""
    card_draw = 7
    """Cards it draws."""
    guard_when_threatened = 8
    """Total attack of the enemy board if the card has guard."""
    rally_attack = 9
    """Attack gained by own units in all."""
    enemy_hero_damage = 10
    """Damage to the enemy hero (burn, or an attack)."""
    weak_hero_damage = 11
    """The same damage if the enemy hero has 8 health or less."""
    winning_blow = 12
    """1 if that damage wins the game."""
    hero_healing = 13
    """Health the own hero really regains (mend or drain)."""
    enemy_unit_damage = 14
    """Damage to an enemy unit, at most its health (strike, or an attack)."""
    enemy_unit_killed = 15
    """1 if that damage kills the unit."""
    enemy_attack_removed = 16
    """Attack of the killed unit."""
    enemy_guard_removed = 17
    """1 if the killed unit had guard."""
    own_unit_lost = 18
    """1 if the attacker dies."""
    own_attack_lost = 19
    """Attack of the attacker if it dies."""
    own_health_lost = 20
    """Damage to the attacker, at most its health."""
    hero_attack_when_ahead = 21
    """Damage of an attack on the hero if the own board has at least as much attack in all as
    the enemy board."""
    stop_playing = 22
    """1 for the action that ends the play phase."""
    hold_back = 23
    """1 for the action of not attacking."""


FEATURE_NAMES: Final[tuple[str, ...]] = tuple(feature.name for feature in Feature)
