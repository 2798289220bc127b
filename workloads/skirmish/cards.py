"""Every card of the game, by faction."""

from dataclasses import dataclass
from typing import Final

FACTIONS: Final = ("ember", "tide", "grove")
NEUTRAL: Final = "neutral"


@dataclass(frozen=True, slots=True)
class Card:
    """One card. A card with health is a unit and needs a free slot; one without is a spell."""

    name: str
    faction: str
    cost: int
    attack: int = 0
    health: int = 0
    rush: bool = False
    """Ready to attack in the turn it is played."""
    guard: bool = False
    """While a living enemy has guard, attackers may choose only units with guard."""
    drain: bool = False
    """Damage dealt by attacking heals the own hero."""
    grow: int = 0
    """Attack and health gained at the start of each own turn."""
    burn: int = 0
    """Damage to the enemy hero when played."""
    strike: int = 0
    """Damage to the enemy unit with the highest attack when played."""
    mend: int = 0
    """Health the own hero regains when played."""
    rally: int = 0
    """Attack that every other own unit gains when played."""
    draw: int = 0
    """Cards drawn when played."""

    @property
    def is_unit(self) -> bool:
        """Whether the card stays on the board."""
        return self.health > 0


NO_CARD: Final = Card("nothing", NEUTRAL, 0)
"""Card number 0 stands for an empty place in a hand or an exhausted deck."""

CARDS: Final[tuple[Card, ...]] = (
    NO_CARD,
    Card("Militia", NEUTRAL, 1, 1, 2),
    Card("Sentry", NEUTRAL, 2, 1, 3, guard=True),
    Card("Scout", NEUTRAL, 2, 2, 3),
    Card("Mercenary", NEUTRAL, 4, 4, 5),
    Card("Giant", NEUTRAL, 6, 6, 7),
    Card("Spark", "ember", 1, burn=2),
    Card("Kindling", "ember", 1, 2, 1),
    Card("Ash Runner", "ember", 2, 3, 1, rush=True),
    Card("Flame Caller", "ember", 3, 3, 2, burn=2),
    Card("War Drummer", "ember", 3, 2, 3, rally=1),
    Card("Charger", "ember", 4, 4, 4, rush=True),
    Card("Fireball", "ember", 4, strike=5, burn=3),
    Card("Pyre Lord", "ember", 5, 5, 4, rush=True),
    Card("Inferno Drake", "ember", 6, 5, 6, burn=3),
    Card("Undertow", "tide", 2, strike=3),
    Card("Leech", "tide", 2, 2, 3, drain=True),
    Card("Pearl Diver", "tide", 2, 1, 3, draw=1),
    Card("Insight", "tide", 3, draw=2),
    Card("Siren", "tide", 3, 3, 3, drain=True),
    Card("Reef Guard", "tide", 3, 2, 5, guard=True),
    Card("Whirlpool", "tide", 4, strike=4, draw=1),
    Card("Kraken Spawn", "tide", 5, 4, 6, drain=True),
    Card("Leviathan", "tide", 7, 5, 8, guard=True, drain=True),
    Card("Sapling", "grove", 1, 0, 2, grow=1),
    Card("Thornling", "grove", 2, 3, 2),
    Card("Blossom", "grove", 2, 1, 3, mend=2),
    Card("Vine Snare", "grove", 3, strike=4, mend=2),
    Card("Bark Warden", "grove", 3, 2, 4, guard=True),
    Card("Herd Caller", "grove", 3, 3, 3, rally=1),
    Card("Elder Root", "grove", 4, 2, 4, grow=1),
    Card("Treant", "grove", 5, 4, 6, guard=True),
    Card("Ancient", "grove", 7, 6, 8, guard=True),
)
"""All cards; the position in this tuple is the card's number."""

CARD_NUMBER: Final = {card.name: number for number, card in enumerate(CARDS)}
