"""The state of one side in the readable, one-game-at-a-time implementation."""

from dataclasses import dataclass

from workloads.skirmish.cards import CARDS, Card
from workloads.skirmish.decks import DECKS
from workloads.skirmish.players import Player
from workloads.skirmish.randomness import shuffled_positions
from workloads.skirmish.rules import (
    BOARD_SLOTS,
    EXHAUSTION,
    HAND_SLOTS,
    HERO_HEALTH,
    OPENING_HAND,
    UNIT_LIMIT,
)


@dataclass(slots=True)
class Unit:
    """A card on the board with its present attack and health."""

    card: Card
    attack: int
    health: int
    ready: bool


class Side:
    """Hero, hand, deck and board of one seat (0 or 1)."""

    def __init__(self, seat: int, deck: int, player: Player, key: int) -> None:
        """Shuffle the deck for this game and deal the opening hand."""
        listed = DECKS[deck].cards
        self.seat = seat
        self.player = player
        self.hero = HERO_HEALTH
        self.mana = 0
        self.deck = [CARDS[listed[position]] for position in shuffled_positions(key, seat)]
        self.deck.reverse()
        self.hand: list[Card | None] = [None] * HAND_SLOTS
        self.board: list[Unit | None] = [None] * BOARD_SLOTS
        for _ in range(OPENING_HAND[seat]):
            self.draw()

    def draw(self) -> None:
        """Draw a card into the first empty place of the hand; an empty deck hurts the hero."""
        if not self.deck:
            self.hero -= EXHAUSTION
            return
        card = self.deck.pop()
        if None in self.hand:
            self.hand[self.hand.index(None)] = card

    def heal(self, amount: int) -> None:
        """Give the hero health back, up to what it started with."""
        self.hero = min(HERO_HEALTH, self.hero + amount)

    def units(self) -> list[Unit]:
        """Return the units on the board, by slot."""
        return [unit for unit in self.board if unit is not None]

    def total_attack(self) -> int:
        """Return the attack of all units together."""
        return sum(unit.attack for unit in self.board if unit is not None)

    def has_guard(self) -> bool:
        """Tell whether any unit has guard."""
        return any(unit is not None and unit.card.guard for unit in self.board)

    def strike_target(self) -> Unit | None:
        """Return the unit with the highest attack, the lowest slot among equals."""
        units = self.units()
        return max(units, key=lambda unit: unit.attack) if units else None

    def start_turn(self, mana: int) -> None:
        """Refill mana, grow and ready the units, draw a card."""
        self.mana = mana
        for unit in self.units():
            unit.ready = True
            unit.attack = min(UNIT_LIMIT, unit.attack + unit.card.grow)
            unit.health = min(UNIT_LIMIT, unit.health + unit.card.grow)
        self.draw()

    def bury(self) -> None:
        """Take the units without health off the board."""
        for slot, unit in enumerate(self.board):
            if unit is not None and unit.health <= 0:
                self.board[slot] = None
