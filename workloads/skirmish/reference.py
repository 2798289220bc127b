"""The rules as readable Python, one game at a time.

This is the executable specification: tests hold the batch engine equal to it game for game,
and benchmarks measure the batch engine against it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from workloads.skirmish import rules
from workloads.skirmish.cards import Card
from workloads.skirmish.features import Feature
from workloads.skirmish.players import Player
from workloads.skirmish.randomness import noise
from workloads.skirmish.reference_scores import score_hero_attack, score_play, score_unit_attack
from workloads.skirmish.reference_state import Side, Unit

Watcher = Callable[[str, Side, Side], None]
"""Called with a line of text, the side to move and the other side."""

HERO_OPTION = rules.BOARD_SLOTS
HOLD_OPTION = rules.BOARD_SLOTS + 1
STOP_OPTION = rules.HAND_SLOTS


@dataclass(frozen=True, slots=True)
class GameResult:
    """How a game ended; `winner` is DRAWN_GAME, FIRST_SEAT or SECOND_SEAT."""

    winner: int
    turns: int
    health: tuple[int, int]
    """Final health of the two heroes by seat, never below zero."""


def play_game(
    first: Player,
    second: Player,
    first_deck: int,
    second_deck: int,
    key: int,
    watch: Watcher | None = None,
) -> GameResult:
    """Play one game between two players with the numbered decks; `key` decides all chance."""
    sides = (Side(0, first_deck, first, key), Side(1, second_deck, second, key))
    turn = 0
    while turn < rules.TURN_LIMIT and not _decided(*sides):
        seat = turn % 2
        turn += 1
        Turn(turn, key, sides[seat], sides[1 - seat], watch).run()
    winner = rules.DRAWN_GAME
    if _decided(*sides):
        winner = rules.FIRST_SEAT if sides[1].hero <= 0 else rules.SECOND_SEAT
    return GameResult(winner, turn, (max(0, sides[0].hero), max(0, sides[1].hero)))


def _decided(own: Side, foe: Side) -> bool:
    return own.hero <= 0 or foe.hero <= 0


class Turn:
    """One turn of one side."""

    def __init__(self, turn: int, key: int, own: Side, foe: Side, watch: Watcher | None) -> None:
        self.turn = turn
        self.key = key
        self.own = own
        self.foe = foe
        self.watch = watch

    def run(self) -> None:
        """Start the turn, play cards, then attack with each unit in slot order."""
        mana = min((self.turn + 1) // 2, rules.MANA_LIMIT)
        if self.turn <= rules.BONUS_TURNS:
            mana += rules.BONUS_MANA[self.own.seat]
        self.own.start_turn(mana)
        self.tell(f"turn {self.turn}")
        for play in range(rules.PLAYS_PER_TURN):
            if _decided(self.own, self.foe) or not self.play_a_card(play):
                break
        for slot in range(rules.BOARD_SLOTS):
            if not _decided(self.own, self.foe):
                self.attack_with(slot)

    def play_a_card(self, play: int) -> bool:
        """Play the best card of the hand; return False if stopping is better or forced."""
        own, foe = self.own, self.foe
        weights = own.player.weights
        scores = {
            option: score_play(weights, card, own, foe)
            for option, card in enumerate(own.hand)
            if card is not None and self.can_play(card)
        }
        if not scores:
            return False
        scores[STOP_OPTION] = weights[Feature.stop_playing]
        choice = self.choose(scores, play)
        card = None if choice == STOP_OPTION else own.hand[choice]
        if card is None:
            return False
        own.hand[choice] = None
        own.mana -= card.cost
        self.tell(f"plays {card.name}")
        self.resolve(card)
        return True

    def can_play(self, card: Card) -> bool:
        """Tell whether there is mana for a card and, for a unit, a free slot."""
        return card.cost <= self.own.mana and (not card.is_unit or None in self.own.board)

    def resolve(self, card: Card) -> None:
        """Place a unit, then apply burn, strike, mend, rally and draw in this order."""
        own, foe = self.own, self.foe
        if card.rally:
            for unit in own.units():
                unit.attack = min(rules.UNIT_LIMIT, unit.attack + card.rally)
        if card.is_unit:
            slot = own.board.index(None)
            own.board[slot] = Unit(card, card.attack, card.health, ready=card.rush)
        foe.hero -= card.burn
        target = foe.strike_target() if card.strike else None
        if target is not None:
            target.health -= card.strike
            foe.bury()
        if card.mend:
            own.heal(card.mend)
        for _ in range(card.draw):
            own.draw()

    def attack_with(self, slot: int) -> None:
        """Let the unit in a slot, if it is ready, make its best attack or hold back."""
        attacker = self.own.board[slot]
        if attacker is None or not attacker.ready or attacker.attack == 0:
            return
        own, foe = self.own, self.foe
        weights = own.player.weights
        guarded = foe.has_guard()
        scores = {
            option: score_unit_attack(weights, attacker, unit, own)
            for option, unit in enumerate(foe.board)
            if unit is not None and (unit.card.guard or not guarded)
        }
        if not guarded:
            scores[HERO_OPTION] = score_hero_attack(weights, attacker, own, foe)
        scores[HOLD_OPTION] = weights[Feature.hold_back]
        choice = self.choose(scores, rules.PLAYS_PER_TURN + slot)
        if choice == HERO_OPTION:
            self.attack_hero(attacker)
        elif choice != HOLD_OPTION:
            self.attack_unit(attacker, foe.board[choice])

    def attack_hero(self, attacker: Unit) -> None:
        """Deal the attacker's attack to the enemy hero."""
        self.foe.hero -= attacker.attack
        if attacker.card.drain:
            self.own.heal(attacker.attack)
        self.tell(f"attacks the hero with {attacker.card.name} for {attacker.attack}")

    def attack_unit(self, attacker: Unit, target: Unit | None) -> None:
        """Let two units deal their attack to each other at the same time."""
        assert target is not None, "only living units are options"
        if attacker.card.drain:
            self.own.heal(min(attacker.attack, target.health))
        target.health -= attacker.attack
        attacker.health -= target.attack
        self.own.bury()
        self.foe.bury()
        self.tell(f"attacks {target.card.name} with {attacker.card.name}")

    def choose(self, scores: dict[int, int], decision: int) -> int:
        """Return the option with the highest score, the first (lowest) among equals."""
        if self.own.player.chooses_randomly:
            scores = {option: noise(self.key, self.turn, decision, option) for option in scores}
        return max(scores, key=scores.__getitem__)

    def tell(self, line: str) -> None:
        """Pass a line to the watcher, if there is one."""
        if self.watch is not None:
            self.watch(line, self.own, self.foe)
