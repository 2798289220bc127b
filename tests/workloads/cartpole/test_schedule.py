"""Schedules go from one value to the other along a straight line."""

from hypothesis import given
from hypothesis import strategies as st

from workloads.cartpole.schedule import Schedule, constant

numbers = st.floats(0, 1e6)
shares = st.floats(0, 1)


@given(numbers, numbers)
def test_a_schedule_begins_and_ends_where_it_says(start: float, end: float) -> None:
    assert Schedule(start, end).at(0.0) == start
    assert Schedule(start, end).at(1.0) == end


@given(numbers, numbers, st.floats(1, 10))
def test_a_rollout_beyond_the_last_step_uses_the_last_value(start: float, end: float, done: float) -> None:
    assert Schedule(start, end).at(done) == end


@given(numbers, numbers, shares, shares)
def test_a_schedule_moves_in_one_direction(start: float, end: float, first: float, second: float) -> None:
    schedule = Schedule(max(start, end), min(start, end))
    early, late = sorted((first, second))
    assert schedule.at(early) >= schedule.at(late) - 1e-6


@given(st.integers(0, 1000), shares)
def test_a_constant_stays(value: int, share: float) -> None:
    assert abs(constant(value).at(share) - value) < 1e-9 * (1 + value)
