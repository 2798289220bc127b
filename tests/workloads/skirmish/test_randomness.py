"""Chance depends on a game's key only, and is the same for one game and for many."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workloads.skirmish.randomness import (
    game_keys,
    mix,
    mix_many,
    noise,
    noise_many,
    shuffled_positions,
    shuffled_positions_many,
)
from workloads.skirmish.rules import DECK_SIZE

KEYS = st.integers(0, 2**64 - 1)


@given(KEYS, st.integers(0, 10_000))
def test_one_value_equals_the_same_value_of_many(key: int, counter: int) -> None:
    many = mix_many(np.array([key], dtype=np.uint64), np.array([counter], dtype=np.uint64))
    assert many.tolist() == [mix(key, counter)]


@given(st.lists(KEYS, min_size=1, max_size=5), st.sampled_from([0, 1]))
def test_shuffles_of_one_and_of_many_games_agree(keys: list[int], seat: int) -> None:
    many = shuffled_positions_many(np.array(keys, dtype=np.uint64), seat)
    assert many.tolist() == [shuffled_positions(key, seat) for key in keys]


@given(KEYS, st.sampled_from([0, 1]))
def test_a_shuffle_keeps_every_card(key: int, seat: int) -> None:
    assert sorted(shuffled_positions(key, seat)) == list(range(DECK_SIZE))


@given(KEYS, st.integers(1, 40), st.integers(0, 6))
def test_random_choices_of_one_and_of_many_games_agree(key: int, turn: int, decision: int) -> None:
    many = noise_many(np.array([key], dtype=np.uint64), turn, decision, 7)
    assert many[:, 0].tolist() == [noise(key, turn, decision, option) for option in range(7)]


def test_longer_streams_begin_with_the_shorter_ones() -> None:
    assert game_keys(3, 4, 100)[:10].tolist() == game_keys(3, 4, 10).tolist()


def test_seeds_and_streams_give_different_keys() -> None:
    keys = [game_keys(seed, stream, 50).tolist() for seed in range(4) for stream in range(4)]
    assert len({key for each in keys for key in each}) == 16 * 50
