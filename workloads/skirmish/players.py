"""Who plays: a weight vector, or a player that chooses at random."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from workloads.skirmish.features import FEATURE_NAMES, SCALE


@dataclass(frozen=True, slots=True)
class Player:
    """One player of a game.

    `weights` holds one scaled integer per feature, in the order of `Feature`. A player with
    `chooses_randomly` ignores them and takes every legal action with equal probability.
    """

    weights: tuple[int, ...]
    chooses_randomly: bool = False


def player_from(weights: Mapping[str, float]) -> Player:
    """Return the player with these named weights; a feature that is not named weighs nothing."""
    return Player(tuple(round(weights.get(name, 0.0) * SCALE) for name in FEATURE_NAMES))


GREEDY: Final = player_from(
    {
        "card_cost": 1.0,
        "enemy_hero_damage": 1.0,
        "winning_blow": 20.0,
        "enemy_unit_damage": 0.9,
        "enemy_unit_killed": 2.0,
        "own_unit_lost": -1.0,
        "stop_playing": -20.0,
        "hold_back": -20.0,
    }
)
"""Plays the most expensive card, then attacks for the most damage, with a bonus for kills."""

RANDOM: Final = Player((0,) * len(FEATURE_NAMES), chooses_randomly=True)
"""Takes any legal action."""
