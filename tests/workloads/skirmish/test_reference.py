"""The rules of the game, seen in the reference implementation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workloads.skirmish import rules
from workloads.skirmish.cards import CARD_NUMBER, CARDS
from workloads.skirmish.decks import DECKS
from workloads.skirmish.players import GREEDY, RANDOM, Player, player_from
from workloads.skirmish.reference import Turn, play_game
from workloads.skirmish.reference_state import Side, Unit

KEYS = st.integers(0, 2**64 - 1)
DECK_NUMBERS = st.integers(0, len(DECKS) - 1)


def a_turn(player: Player = GREEDY, turn: int = 9) -> Turn:
    """Return a turn of the first seat with empty hands and boards."""
    own, foe = Side(0, 0, player, key=1), Side(1, 4, GREEDY, key=1)
    own.hand, foe.hand = [None] * rules.HAND_SLOTS, [None] * rules.HAND_SLOTS
    return Turn(turn, 1, own, foe, None)


def unit(name: str, ready: bool = True) -> Unit:
    """Return a fresh unit of the named card."""
    card = CARDS[CARD_NUMBER[name]]
    return Unit(card, card.attack, card.health, ready)


@settings(max_examples=40, deadline=None)
@given(KEYS, DECK_NUMBERS, DECK_NUMBERS, st.sampled_from([GREEDY, RANDOM]))
def test_no_number_ever_leaves_its_range(key: int, first: int, second: int, player: Player) -> None:
    seen = []

    def watch(_line: str, own: Side, foe: Side) -> None:
        for side in (own, foe):
            units = side.units()
            seen.append(side.hero <= rules.HERO_HEALTH and 0 <= side.mana <= rules.MANA_LIMIT)
            seen.append(all(0 < unit.health <= rules.UNIT_LIMIT for unit in units))
            seen.append(all(0 <= unit.attack <= rules.UNIT_LIMIT for unit in units))

    result = play_game(player, RANDOM, first, second, key, watch)
    assert all(seen)
    assert 1 <= result.turns <= rules.TURN_LIMIT


@settings(max_examples=30, deadline=None)
@given(KEYS, DECK_NUMBERS, DECK_NUMBERS)
def test_a_game_repeats_exactly_with_the_same_key(key: int, first: int, second: int) -> None:
    results = [play_game(GREEDY, RANDOM, first, second, key) for _ in range(2)]
    assert results[0] == results[1]


def test_a_guard_must_be_attacked_before_anything_else() -> None:
    turn = a_turn(player_from({"enemy_hero_damage": 5.0, "hold_back": -20.0}))
    turn.own.board[0] = unit("Militia")
    turn.foe.board[:2] = [unit("Scout"), unit("Sentry")]
    turn.attack_with(0)
    sentry = turn.foe.board[1]
    assert turn.foe.hero == rules.HERO_HEALTH
    assert sentry is not None
    assert sentry.health == 2


def test_fighting_units_damage_each_other_at_once_and_the_dead_leave() -> None:
    turn = a_turn(player_from({"enemy_unit_damage": 1.0}))
    turn.own.board[0], turn.foe.board[0] = unit("Kindling"), unit("Leech")
    turn.attack_with(0)
    leech = turn.foe.board[0]
    assert turn.own.board[0] is None
    assert leech is not None
    assert leech.health == 1


def test_drain_heals_the_hero_but_not_above_its_start() -> None:
    turn = a_turn(player_from({"enemy_hero_damage": 1.0}))
    turn.own.board[0], turn.own.hero = unit("Kraken Spawn"), rules.HERO_HEALTH - 1
    turn.attack_with(0)
    assert turn.own.hero == rules.HERO_HEALTH
    assert turn.foe.hero == rules.HERO_HEALTH - 4


def test_a_unit_without_rush_waits_for_the_next_turn() -> None:
    turn = a_turn()
    turn.own.board[0] = unit("Mercenary", ready=False)
    turn.attack_with(0)
    assert turn.foe.hero == rules.HERO_HEALTH


def test_strike_hits_the_enemy_unit_with_the_highest_attack() -> None:
    turn = a_turn()
    turn.foe.board = [unit("Militia"), unit("Flame Caller"), unit("Thornling"), None]
    turn.resolve(CARDS[CARD_NUMBER["Undertow"]])
    assert [None if each is None else each.card.name for each in turn.foe.board] == [
        "Militia",
        None,
        "Thornling",
        None,
    ]


def test_rally_strengthens_the_other_units_only() -> None:
    turn = a_turn()
    turn.own.board[1] = unit("Scout")
    turn.resolve(CARDS[CARD_NUMBER["War Drummer"]])
    assert [each.attack for each in turn.own.units()] == [2, 3]


def test_growing_units_grow_each_turn_up_to_the_limit() -> None:
    turn = a_turn()
    turn.own.board[0] = unit("Sapling")
    for _ in range(rules.UNIT_LIMIT + 3):
        turn.own.start_turn(1)
    sapling = turn.own.board[0]
    assert sapling is not None
    assert (sapling.attack, sapling.health) == (rules.UNIT_LIMIT, rules.UNIT_LIMIT)


def test_drawing_from_an_empty_deck_hurts_the_hero() -> None:
    side = a_turn().own
    side.deck.clear()
    side.draw()
    assert side.hero == rules.HERO_HEALTH - rules.EXHAUSTION


@pytest.mark.parametrize(("turn", "mana"), [(1, 1), (3, 2), (5, 3), (15, 8), (39, 8)])
def test_mana_rises_with_the_rounds_up_to_the_limit(turn: int, mana: int) -> None:
    stopping = a_turn(player_from({"card_cost": -20.0}), turn)
    stopping.run()
    assert stopping.own.mana == mana


def test_the_second_seat_has_extra_mana_early_in_the_game() -> None:
    mana = {}

    def watch(line: str, own: Side, _foe: Side) -> None:
        if line.startswith("turn"):
            mana[line] = own.mana

    play_game(GREEDY, GREEDY, 0, 4, 1, watch)
    assert [mana[f"turn {turn}"] for turn in range(1, 7)] == [1, 2, 2, 3, 3, 3]
