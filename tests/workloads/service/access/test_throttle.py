"""How often a client may try, on a clock of the test."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from workloads.service.access.throttle import Throttle


def test_after_so_many_wrong_ones_the_delays_double_up_to_the_longest() -> None:
    throttle, now, waits = Throttle(3, 10.0), 0.0, []
    for _ in range(9):
        assert throttle.begin("a", now) == 0
        waits.append(throttle.wait("a", now))
        now += waits[-1]
    assert waits == [0, 0, 1, 2, 4, 8, 10, 10, 10]


def test_waiting_clients_are_not_made_to_wait_longer_by_trying() -> None:
    throttle = Throttle(1, 10.0)
    assert throttle.begin("a", 0.0) == 0
    assert [throttle.begin("a", at) for at in (0.0, 0.25, 0.5)] == [1.0, 0.75, 0.5]
    assert throttle.begin("a", 1.0) == 0
    assert throttle.wait("b", 0.5) == 0


def test_a_right_password_begins_anew() -> None:
    throttle = Throttle(2, 10.0)
    for _ in range(5):
        assert throttle.begin("a", 0.0) == 0
        throttle.right("a")
    assert len(throttle) == 0


def test_all_clients_together_have_so_many_attempts_a_second() -> None:
    throttle = Throttle(5, 10.0, per_second=10.0, at_once=20.0)
    admitted = sum(throttle.begin(f"client {number}", 0.0) == 0 for number in range(100))
    assert admitted == 20
    assert 0 < throttle.begin("another", 0.0) <= 0.1
    assert sum(throttle.begin(f"later {number}", 1.0) == 0 for number in range(100)) == 10


def test_a_full_table_forgets_who_has_tried_least() -> None:
    throttle = Throttle(2, 900.0, clients=10, per_second=1e9, at_once=1e9)
    now = 0.0
    for _ in range(6):
        now += throttle.wait("mine", now)
        throttle.begin("mine", now)
    waiting = throttle.wait("mine", now)
    assert waiting == 16
    for number in range(1000):
        throttle.begin(f"other {number}", now)
        assert len(throttle) <= 10
    assert throttle.wait("mine", now) == waiting


ATTEMPTS = st.lists(st.tuples(st.floats(0, 400), st.booleans()), max_size=60)


@settings(deadline=None)
@given(ATTEMPTS, st.integers(1, 6), st.floats(1, 100))
def test_no_pattern_of_trying_gets_in_more_than_patience_does(
    tries: list[tuple[float, bool]], attempts: int, longest: float
) -> None:
    """However long a client pauses, even to be forgotten, it has a first few, and one per longest delay."""
    throttle, now, admitted = Throttle(attempts, longest), 0.0, 0
    first = attempts + math.ceil(math.log2(longest)) + 1
    for pause, until_allowed in tries:
        now += throttle.wait("a", now) if until_allowed else pause
        admitted += throttle.begin("a", now) == 0
        assert admitted <= first + now / longest + 1


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.floats(0, 50), st.booleans()), max_size=80))
def test_the_table_stays_small_and_nobody_waits_longer_than_the_longest(
    events: list[tuple[str, float, bool]],
) -> None:
    throttle, now = Throttle(2, 30.0, clients=4), 0.0
    for client, pause, right in events:
        now += pause
        if throttle.begin(client, now) == 0 and right:
            throttle.right(client)
            assert throttle.wait(client, now) == 0
        assert len(throttle) <= 4
        assert 0 <= throttle.wait(client, now) <= 30
