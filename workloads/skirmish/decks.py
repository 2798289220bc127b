"""The eleven decks: four of ember, four of tide, three of grove."""

from dataclasses import dataclass
from typing import Final

from workloads.skirmish.cards import CARD_NUMBER, FACTIONS


@dataclass(frozen=True, slots=True)
class Deck:
    """A named list of DECK_SIZE cards; `cards` holds card numbers before any shuffle."""

    name: str
    faction: str
    cards: tuple[int, ...]


def _deck(name: str, faction: str, contents: str) -> Deck:
    """Build a deck from text like "3 Spark, 2 Scout"."""
    cards: list[int] = []
    for entry in contents.split(", "):
        count, card = entry.split(" ", 1)
        cards += [CARD_NUMBER[card]] * int(count)
    return Deck(name, faction, tuple(cards))


DECKS: Final[tuple[Deck, ...]] = (
    _deck(
        "wildfire",
        "ember",
        "3 Kindling, 3 Ash Runner, 2 Spark, 3 Flame Caller, 3 Charger, 2 Militia, 2 Fireball, 2 Pyre Lord",
    ),
    _deck(
        "warband",
        "ember",
        "3 Kindling, 3 War Drummer, 3 Ash Runner, 3 Scout, 2 Militia, 2 Charger, 2 Mercenary, 2 Pyre Lord",
    ),
    _deck(
        "scorch",
        "ember",
        "3 Spark, 3 Flame Caller, 3 Fireball, 2 Kindling, 3 Ash Runner, 3 Scout, 1 Mercenary, "
        "2 Inferno Drake",
    ),
    _deck(
        "siege",
        "ember",
        "3 Kindling, 2 Scout, 3 Ash Runner, 2 Flame Caller, 2 Mercenary, 3 Charger, 1 Fireball, "
        "2 Pyre Lord, 2 Inferno Drake",
    ),
    _deck(
        "whirl",
        "tide",
        "2 Undertow, 2 Whirlpool, 1 Scout, 3 Pearl Diver, 1 Insight, 3 Reef Guard, 3 Siren, 2 Mercenary, "
        "2 Kraken Spawn, 1 Leviathan",
    ),
    _deck(
        "leeches",
        "tide",
        "3 Militia, 3 Leech, 3 Siren, 2 Undertow, 3 Scout, 3 Mercenary, 3 Kraken Spawn",
    ),
    _deck(
        "reef",
        "tide",
        "3 Sentry, 3 Reef Guard, 3 Pearl Diver, 2 Siren, 1 Undertow, 1 Insight, 3 Mercenary, "
        "2 Kraken Spawn, 2 Leviathan",
    ),
    _deck(
        "deep",
        "tide",
        "3 Militia, 3 Pearl Diver, 1 Insight, 3 Undertow, 3 Reef Guard, 3 Mercenary, "
        "2 Kraken Spawn, 1 Giant, 1 Leviathan",
    ),
    _deck(
        "seedlings",
        "grove",
        "3 Sapling, 3 Elder Root, 3 Blossom, 3 Thornling, 3 Bark Warden, 2 Vine Snare, 2 Treant, 1 Mercenary",
    ),
    _deck(
        "bulwark",
        "grove",
        "3 Sentry, 3 Bark Warden, 3 Blossom, 3 Scout, 2 Vine Snare, 2 Mercenary, 2 Treant, 2 Ancient",
    ),
    _deck(
        "stampede",
        "grove",
        "3 Militia, 3 Thornling, 3 Herd Caller, 2 Scout, 3 Bark Warden, 3 Mercenary, 2 Treant, 1 Ancient",
    ),
)
"""All decks; the position in this tuple is the deck's number."""


def decks_of(faction: str) -> tuple[int, ...]:
    """Return the numbers of the faction's decks."""
    return tuple(number for number, deck in enumerate(DECKS) if deck.faction == faction)


MATCHUPS: Final = tuple(
    (side_a, side_b) for position, side_a in enumerate(FACTIONS) for side_b in FACTIONS[position + 1 :]
)
"""The three pairs of factions, in the order ember-tide, ember-grove, tide-grove."""
