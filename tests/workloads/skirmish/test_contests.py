"""Contests are balanced, and their accounting is the same from both sides."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workloads.skirmish.contests import Contest, draw_contest, win_rates
from workloads.skirmish.decks import DECKS, decks_of
from workloads.skirmish.players import GREEDY, RANDOM


@pytest.mark.parametrize(("specialty", "cells"), [("generalist", 160), ("ember", 56), ("grove", 48)])
def test_every_deck_pair_and_seat_occurs_equally_often(specialty: str, cells: int) -> None:
    contest = draw_contest(specialty, 3 * cells, seed=1, stream=2)
    counts = Counter(
        zip(contest.own_deck.tolist(), contest.other_deck.tolist(), contest.seat.tolist(), strict=True)
    )
    assert len(counts) == cells
    assert set(counts.values()) == {3}


def test_a_specialist_plays_its_own_decks_against_other_factions() -> None:
    contest = draw_contest("tide", 500, seed=1, stream=2)
    assert set(contest.own_deck.tolist()) == set(decks_of("tide"))
    assert all(DECKS[deck].faction != "tide" for deck in contest.other_deck)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_the_points_of_both_sides_add_up_to_the_games(seed: int) -> None:
    contest = draw_contest("generalist", 64, seed, 1)
    mirrored = Contest(contest.other_deck, contest.own_deck, 1 - contest.seat, contest.keys)
    greedy = win_rates([GREEDY], [(RANDOM, contest)])[0, 0]
    random = win_rates([RANDOM], [(GREEDY, mirrored)])[0, 0]
    assert greedy + random == 1.0


def test_win_rates_do_not_depend_on_who_else_plays() -> None:
    contest = draw_contest("grove", 96, seed=3, stream=1)
    alone = win_rates([RANDOM], [(GREEDY, contest)])
    together = win_rates([GREEDY, RANDOM], [(RANDOM, contest), (GREEDY, contest)])
    assert together[1, 1] == alone[0, 0]


def test_greedy_beats_random() -> None:
    assert win_rates([GREEDY], [(RANDOM, draw_contest("generalist", 320, 1, 1))])[0, 0] > 0.9


def test_contests_differ_between_streams() -> None:
    one, two = (draw_contest("ember", 56, seed=1, stream=stream) for stream in (1, 2))
    assert not np.array_equal(one.own_deck, two.own_deck)
    assert not np.array_equal(one.keys, two.keys)
