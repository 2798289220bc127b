"""Anything that a game says can be sent."""

import math

import msgspec
from hypothesis import given
from hypothesis import strategies as some

from workloads.service.inference.plain import LONGEST, number, plain, text

VALUES = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats()
    | some.text(some.characters())
    | some.binary(),
    lambda inner: (
        some.lists(inner) | some.tuples(inner) | some.dictionaries(some.integers() | some.text(), inner)
    ),
)


@given(VALUES)
def test_it_is_json_without_numbers_that_json_has_not(value: object) -> None:
    assert msgspec.json.decode(msgspec.json.encode(plain(value))) == plain(value)


@given(some.recursive(some.booleans() | some.integers(-9, 9) | some.text("ab"), some.lists, max_leaves=5))
def test_plain_values_stay_as_they_are(value: object) -> None:
    assert plain([value])[0] == value or "[[[[" in str(value)


def test_long_texts_are_cut_with_a_mark() -> None:
    assert text("a" * LONGEST) == "a" * LONGEST
    assert text("a" * LONGEST + "b") == "a" * LONGEST + "…"
    assert text("\ud800") == "?"


def test_numbers_are_finite() -> None:
    assert [number(value) for value in (1.5, math.nan, -math.inf)] == [1.5, 0.0, 0.0]
