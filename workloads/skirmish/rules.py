"""The numbers of the game that belong to no single card.

README.md explains them; `reference.py` is the readable implementation that uses them and
`engine.py` the one that plays thousands of games at once.
"""

from typing import Final

HERO_HEALTH: Final = 20
"""Health of each hero at the start; healing never lifts a hero above it."""

BOARD_SLOTS: Final = 4
"""Units that one side can have on the board."""

HAND_SLOTS: Final = 6
"""Cards that one side can hold; a card drawn into a full hand is lost."""

DECK_SIZE: Final = 20
"""Cards in a deck."""

OPENING_HAND: Final = (3, 4)
"""Cards dealt before the first turn, by seat."""

BONUS_MANA: Final = (0, 1)
"""Extra mana early in the game, by seat."""

BONUS_TURNS: Final = 4
"""Turns, both sides together, in which the extra mana is given."""

MANA_LIMIT: Final = 8
"""Mana per turn stops rising here."""

PLAYS_PER_TURN: Final = 3
"""Cards that one side may play in one turn."""

UNIT_LIMIT: Final = 12
"""Neither the attack nor the health of a unit grows past this."""

EXHAUSTION: Final = 2
"""Health that a hero loses for each draw from an empty deck."""

TURN_LIMIT: Final = 40
"""Turns, both sides together, after which an undecided game is a draw."""

FINISHING_HEALTH: Final = 8
"""An enemy hero at or below this counts as weak (feature `weak_hero_damage`)."""

DRAWN_GAME: Final = 0
FIRST_SEAT: Final = 1
SECOND_SEAT: Final = 2
"""The three values of a winner: nobody, the first seat, the second seat."""
