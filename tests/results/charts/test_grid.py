from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.results.charts.grid import MOST_VALUES, Grid, on_one_grid
from runner.results.model import Series


def grid(*lines: tuple[tuple[float, float], ...]) -> Grid:
    return on_one_grid([Series(f"s{index}", points) for index, points in enumerate(lines)])


def test_points_at_even_places_stay_as_they_are() -> None:
    (row,) = grid(((0, 1.0), (1, 4.0), (2, 2.0))).rows
    assert row.values == (1.0, 4.0, 2.0)
    assert not row.stretched


def test_between_two_points_a_line_runs_straight() -> None:
    uneven = grid(((0, 0.0), (1, 1.0), (2, 2.0)), ((2, 4.0), (0, 0.0))).rows[1]
    assert uneven.values == (0.0, 2.0, 4.0)
    assert not uneven.stretched


def test_a_line_goes_on_flat_beyond_its_ends_and_says_so() -> None:
    whole, short = grid(((0, 0.0), (1, 0.0), (2, 0.0), (3, 0.0)), ((1, 5.0), (2, 7.0))).rows
    assert (short.values, short.stretched, whole.stretched) == ((5.0, 5.0, 7.0, 7.0), True, False)


def test_points_between_the_places_of_others_are_not_lost() -> None:
    _, between = grid(((0, 0.0), (9, 0.0)), ((1, 5.0), (2, 7.0))).rows
    assert len(between.values) == MOST_VALUES
    assert between.stretched


def test_many_points_are_thinned_with_both_ends() -> None:
    (row,) = grid(tuple((float(index), float(index)) for index in range(2_000))).rows
    assert (len(row.values), row.values[0], row.values[-1]) == (MOST_VALUES, 0.0, 1_999.0)


def test_what_cannot_be_drawn_is_left_out() -> None:
    found = grid(((0, math.nan), (math.inf, 1.0)), ((0, 1.0), (1, -math.inf), (2, 3.0)))
    assert [(row.name, row.values) for row in found.rows] == [("s1", (1.0, 3.0))]


@pytest.mark.parametrize(
    "points", [(), ((3.0, 1.0),), ((3.0, 1.0), (3.0, 2.0)), ((1e9, 1.0), (1e9 + 1, 2.0))]
)
def test_without_two_places_there_is_no_width(points: tuple[tuple[float, float], ...]) -> None:
    found = grid(points)
    assert found.low == found.high
    assert [row.values for row in found.rows] == ([(points[-1][1],)] if points else [])


@given(points=st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=80))
def test_no_value_is_above_or_below_all_points(points: list[tuple[float, float]]) -> None:
    (row,) = grid(tuple(points)).rows
    assert min(y for _, y in points) - 1e-6 <= min(row.values)
    assert max(row.values) <= max(y for _, y in points) + 1e-6
