from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.results.charts.scale import axis, tick_labels, tick_step

values = st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=20)


@given(values=values, most=st.integers(2, 10))
def test_every_value_lies_on_the_axis(values: list[float], most: int) -> None:
    made = axis(values, most)
    slack = 1e-6 * (made.high - made.low)
    assert made.low - slack <= min(values)
    assert max(values) <= made.high + slack
    assert 2 <= len(made.ticks) <= most + 3
    assert len(set(made.labels)) == len(made.labels)


@given(values=values)
def test_positions_keep_the_order_and_stay_inside(values: list[float]) -> None:
    made = axis(values)
    places = [made.position(value, 10, 110) for value in sorted(values)]
    assert places == sorted(places)
    assert all(10 <= place <= 110 for place in places)


@given(span=st.floats(1e-9, 1e15), most=st.integers(2, 10))
def test_a_step_is_1_2_or_5_times_a_power_of_ten(span: float, most: int) -> None:
    step = tick_step(span, most)
    lead = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert min(abs(lead - one) for one in (1, 2, 5)) < 1e-6
    assert span / step <= most * (1 + 1e-6)


def test_an_axis_with_zero_reaches_it() -> None:
    assert axis([3.0, 5.0], with_zero=True).low == 0
    assert axis([-3.0, -5.0], with_zero=True).high == 0
    assert axis([0.0, 0.0], with_zero=True).low == 0


def test_equal_values_still_make_an_axis() -> None:
    made = axis([0.5, 0.5])
    assert made.low < 0.5 < made.high


def test_steps_are_counted_in_whole_numbers() -> None:
    assert axis([0.0, 1.0, 2.0], 8, fitted=True).labels == ("0", "1", "2")
    assert axis([0.0, 0.5], 2, fitted=True).ticks == (0.0, 0.5)


def test_an_axis_without_values_runs_from_0_to_1() -> None:
    assert (axis([]).low, axis([]).high) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("ticks", "step", "labels"),
    [
        ((0.0, 0.05, 0.1), 0.05, ("0.00", "0.05", "0.10")),
        ((-0.2, -1e-17, 0.2), 0.2, ("-0.2", "0.0", "0.2")),
        ((0, 500, 1_000, 1_500), 500, ("0", "500", "1,000", "1,500")),
        ((0, 5_000, 10_000), 5_000, ("0", "5k", "10k")),
        ((0, 500_000, 1_000_000), 500_000, ("0", "0.5M", "1.0M")),
        ((0, 1e-7, 2e-7), 1e-7, ("0", "1e-07", "2e-07")),
    ],
)
def test_ticks_have_one_unit_and_just_the_digits_of_their_step(
    ticks: tuple[float, ...], step: float, labels: tuple[str, ...]
) -> None:
    assert tick_labels(ticks, step) == labels
