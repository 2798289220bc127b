"""The batch engine plays exactly what the reference plays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workloads.skirmish import rules
from workloads.skirmish.decks import DECKS
from workloads.skirmish.engine import Outcomes, Schedule, play
from workloads.skirmish.features import FEATURE_NAMES, SCALE, WEIGHT_LIMIT
from workloads.skirmish.players import GREEDY, RANDOM, Player
from workloads.skirmish.randomness import game_keys
from workloads.skirmish.reference import GameResult, play_game

LIMIT = round(WEIGHT_LIMIT * SCALE)


def some_players(count: int, largest: int, seed: int) -> list[Player]:
    """Return players with random weights up to a magnitude, after the greedy and the random one."""
    draw = np.random.default_rng(seed)
    vectors = draw.integers(-largest, largest + 1, (count, len(FEATURE_NAMES)))
    return [GREEDY, RANDOM, *(Player(tuple(vector)) for vector in vectors.tolist())]


def some_schedule(games: int, players: int, seed: int) -> Schedule:
    """Return games between random players with random decks."""
    draw = np.random.default_rng(seed)
    return Schedule(
        first=draw.integers(0, players, games),
        second=draw.integers(0, players, games),
        first_deck=draw.integers(0, len(DECKS), games),
        second_deck=draw.integers(0, len(DECKS), games),
        keys=game_keys(seed, 0, games),
    )


def reference_results(players: list[Player], schedule: Schedule) -> list[GameResult]:
    """Play the schedule with the reference implementation."""
    return [
        play_game(players[first], players[second], first_deck, second_deck, key)
        for first, second, first_deck, second_deck, key in zip(
            schedule.first.tolist(),
            schedule.second.tolist(),
            schedule.first_deck.tolist(),
            schedule.second_deck.tolist(),
            schedule.keys.tolist(),
            strict=True,
        )
    ]


def as_results(outcomes: Outcomes) -> list[GameResult]:
    """Return the outcomes in the form the reference uses."""
    health = outcomes.health.T.tolist()
    return [
        GameResult(winner, turns, (first, second))
        for winner, turns, (first, second) in zip(
            outcomes.winner.tolist(), outcomes.turns.tolist(), health, strict=True
        )
    ]


@pytest.mark.parametrize("largest", [1, 30_000, LIMIT])
def test_the_engine_equals_the_reference_game_for_game(largest: int) -> None:
    players = some_players(40, largest, seed=largest)
    schedule = some_schedule(600, len(players), seed=largest)
    assert as_results(play(players, schedule)) == reference_results(players, schedule)


def test_the_engine_equals_the_reference_when_one_player_has_every_first_seat() -> None:
    players = some_players(1, 30_000, seed=5)
    schedule = some_schedule(200, len(players), seed=5)
    schedule.first.fill(2)
    assert as_results(play(players, schedule)) == reference_results(players, schedule)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-LIMIT, LIMIT), min_size=24, max_size=24), st.integers(0, 2**32))
def test_any_weights_are_played_alike_by_both(weights: list[int], seed: int) -> None:
    players = [Player(tuple(weights)), GREEDY]
    schedule = some_schedule(12, 2, seed)
    assert as_results(play(players, schedule)) == reference_results(players, schedule)


def test_every_deck_and_every_kind_of_ending_is_compared() -> None:
    players = some_players(40, 30_000, seed=30_000)
    schedule = some_schedule(600, len(players), seed=30_000)
    assert set(schedule.first_deck) == set(schedule.second_deck) == set(range(len(DECKS)))
    endings = set(play(players, schedule).winner.tolist())
    assert endings == {rules.DRAWN_GAME, rules.FIRST_SEAT, rules.SECOND_SEAT}


def test_a_game_does_not_depend_on_the_batch_it_is_played_in() -> None:
    players = some_players(4, 30_000, seed=2)
    schedule = some_schedule(150, len(players), seed=2)
    whole = as_results(play(players, schedule))
    assert as_results(play(players, schedule, chunk=7)) == whole
    assert as_results(play(players, schedule.part(slice(40, 60)))) == whole[40:60]


def test_an_empty_schedule_has_no_outcomes() -> None:
    assert play([GREEDY], some_schedule(0, 1, seed=1)).winner.size == 0


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**63))
def test_every_game_ends_with_a_possible_result(seed: int) -> None:
    players = some_players(6, 50_000, seed % 1000)
    outcomes = play(players, some_schedule(200, len(players), seed))
    first, second = outcomes.health
    assert outcomes.turns.min() >= 1
    assert outcomes.turns.max() <= rules.TURN_LIMIT
    assert ((first >= 0) & (first <= rules.HERO_HEALTH)).all()
    assert ((second >= 0) & (second <= rules.HERO_HEALTH)).all()
    assert ((outcomes.winner == rules.FIRST_SEAT) == (second == 0)).all()
    assert ((outcomes.winner == rules.SECOND_SEAT) == (first == 0)).all()
