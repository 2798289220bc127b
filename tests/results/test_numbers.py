from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.results.model import Metric
from runner.results.numbers import (
    compact,
    confidence_text,
    decimals_for,
    fixed,
    metric_text,
    moment,
    signed,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (-0.0, "0"), (40, "40"), (0.612, "0.612"), (12.5, "12.5"), (1 / 3, "0.3333"),
        (41_200.4, "41,200"), (1e12, "1e+12"), (1.234e-7, "1.23e-07"), (-3.25, "-3.25"),
    ],
)  # fmt: skip
def test_numbers_are_short(value: float, text: str) -> None:
    assert compact(value) == text


def test_a_gain_has_a_plus_sign() -> None:
    assert (signed(0.5), signed(-0.5), signed(0.0)) == ("+0.5", "-0.5", "0")


def test_a_zero_has_no_minus_sign() -> None:
    assert fixed(-0.0001) == "0.000"


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=5))
def test_different_values_look_different(values: list[int]) -> None:
    numbers = [value / 1e9 for value in values]
    decimals = decimals_for(numbers)
    assert len({fixed(number, decimals) for number in numbers}) == len(set(values))


def test_a_metric_says_how_large_its_sample_was() -> None:
    assert metric_text(Metric(0.5, trials=6_000)) == "0.500 (n 6,000)"
    assert metric_text(Metric(3.5, stddev=1.0, count=12)) == "3.5 (n 12)"
    assert metric_text(Metric(3.0)) == "3"


def test_a_confidence_is_a_percentage() -> None:
    assert (confidence_text(0.95), confidence_text(0.999)) == ("95 %", "99.9 %")


def test_a_moment_is_in_utc_whatever_the_number() -> None:
    assert moment(1_795_186_800.0) == "2026-11-20 15:00:00 UTC"
    assert moment(-5.0) == "1970-01-01 00:00:00 UTC"
    assert moment(1e30).startswith("9999-12-31")
