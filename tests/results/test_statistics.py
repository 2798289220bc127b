from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from runner.results.statistics import (
    Estimate,
    Interval,
    hybrid_interval,
    mean_interval,
    normal_margin,
    paired_interval,
    student_margin,
    welch_interval,
    wilson_interval,
)

trials = st.integers(1, 10_000)
confidences = st.floats(0.51, 0.999)
spread_out = st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=30).filter(
    lambda values: max(values) - min(values) > 1
)


def newcombe(rate_1: float, trials_1: int, rate_2: float, trials_2: int, confidence: float) -> Interval:
    """The interval for the difference of two rates, as gates use it."""
    pairs = ((rate_1, trials_1), (rate_2, trials_2))
    first, second = (
        Estimate(rate, wilson_interval(rate * trials, trials, confidence)) for rate, trials in pairs
    )
    return hybrid_interval(first, second)


@st.composite
def samples(draw: st.DrawFn) -> tuple[float, int]:
    number = draw(trials)
    return draw(st.integers(0, 2 * number)) / 2 / number, number


@pytest.mark.parametrize(
    ("successes", "number", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_intervals(successes: int, number: int, low: float, high: float) -> None:
    interval = wilson_interval(successes, number, 0.95)
    assert interval == pytest.approx((low, high), abs=5e-5)


@given(number=trials, share=st.floats(0, 1), confidence=confidences)
def test_wilson_agrees_with_scipy(number: int, share: float, confidence: float) -> None:
    successes = int(share * number)
    expected = stats.binomtest(successes, number).proportion_ci(confidence, method="wilson")
    assert wilson_interval(successes, number, confidence) == pytest.approx(
        (expected.low, expected.high), abs=1e-9
    )


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17:873-890, table II, method 10.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_newcombe_gives_the_published_intervals(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    interval = newcombe(first[0] / first[1], first[1], second[0] / second[1], second[1], 0.95)
    assert interval == pytest.approx((low, high), abs=5e-5)


@given(sample=samples(), confidence=confidences)
def test_a_rates_interval_holds_the_rate_and_stays_between_0_and_1(
    sample: tuple[float, int], confidence: float
) -> None:
    rate, number = sample
    low, high = wilson_interval(rate * number, number, confidence)
    assert 0 <= low <= rate + 1e-12
    assert rate - 1e-12 <= high <= 1


@given(sample=samples(), confidence=confidences)
def test_a_rates_interval_mirrors_that_of_its_complement(
    sample: tuple[float, int], confidence: float
) -> None:
    rate, number = sample
    low, high = wilson_interval(rate * number, number, confidence)
    mirrored = wilson_interval(number - rate * number, number, confidence)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-9)


@given(sample=samples(), confidence=st.floats(0.51, 0.99))
def test_more_confidence_is_a_wider_interval(sample: tuple[float, int], confidence: float) -> None:
    rate, number = sample
    narrow, wide = (wilson_interval(rate * number, number, one) for one in (confidence, confidence + 0.005))
    assert wide.high - wide.low > narrow.high - narrow.low


@given(sample=samples(), confidence=confidences)
def test_more_trials_at_the_same_rate_are_a_narrower_interval(
    sample: tuple[float, int], confidence: float
) -> None:
    rate, number = sample
    few, many = (wilson_interval(rate * size, size, confidence) for size in (number, 4 * number))
    assert many.high - many.low < few.high - few.low


@given(first=samples(), second=samples(), confidence=confidences)
def test_a_difference_swapped_is_its_interval_mirrored(
    first: tuple[float, int], second: tuple[float, int], confidence: float
) -> None:
    low, high = newcombe(*first, *second, confidence)
    assert newcombe(*second, *first, confidence) == pytest.approx((-high, -low), abs=1e-12)
    assert -1 - 1e-9 <= low <= high <= 1 + 1e-9


def test_a_difference_from_an_exact_value_is_the_interval_shifted() -> None:
    exact = Estimate(0.5, Interval(0.5, 0.5))
    interval = wilson_interval(60, 100, 0.95)
    shifted = hybrid_interval(Estimate(0.6, interval), exact)
    assert shifted == pytest.approx((interval.low - 0.5, interval.high - 0.5))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[int, int, int]:
    """Gained, lost and all."""
    number = draw(trials)
    gained = draw(st.integers(0, number))
    return gained, draw(st.integers(0, number - gained)), number


@pytest.mark.parametrize(
    ("gained", "lost", "number", "confidence", "low", "high"),
    [
        # Fagerland, Lydersen and Laake 2014, Statistics in Medicine 33:2850-2875, the data of Bentur 2009.
        (1, 7, 21, 0.95, -0.517, -0.026),
        # Where nobody differs the limits are known: z² / (n + z²).
        (0, 0, 50, 0.95, -3.8415 / 53.8415, 3.8415 / 53.8415),
    ],
)
def test_tango_gives_the_published_intervals(
    gained: int, lost: int, number: int, confidence: float, low: float, high: float
) -> None:
    assert paired_interval(gained, lost, number, confidence) == pytest.approx((low, high), abs=5e-4)


@given(counts=pairs(), confidence=confidences)
@settings(deadline=None)
def test_tango_agrees_with_the_roots_of_its_polynomial(
    counts: tuple[int, int, int], confidence: float
) -> None:
    """Yang, Sun and Hardin 2013, Statistics in Medicine 32:1336-1342, without iteration."""
    gained, lost, number = counts
    d, e, n = (gained - lost) / number, (gained + lost) / number, number / normal_margin(confidence) ** 2
    polynomial = [
        (n + 1) ** 2,
        -d * (n + 1) * (4 * n + 1),
        2 * d**2 * n * (3 * n + 2) - (e * n + 1),
        d * (2 * e * n + 1) - d**3 * n * (4 * n + 1),
        d**2 * n * (d**2 * n - e),
    ]
    low, high = paired_interval(gained, lost, number, confidence)
    for limit in (low, high):
        terms = [factor * limit ** (4 - power) for power, factor in enumerate(polynomial)]
        assert abs(sum(terms)) <= 1e-9 * sum(map(abs, terms)) + 1e-9


@given(counts=pairs(), confidence=confidences)
def test_a_paired_difference_swapped_is_its_interval_mirrored(
    counts: tuple[int, int, int], confidence: float
) -> None:
    gained, lost, number = counts
    low, high = paired_interval(gained, lost, number, confidence)
    assert paired_interval(lost, gained, number, confidence) == pytest.approx((-high, -low), abs=1e-12)
    assert -1 <= low <= (gained - lost) / number <= high <= 1
    assert low < high


@given(counts=pairs(), confidence=confidences)
def test_more_pairs_of_the_same_shares_are_a_narrower_interval(
    counts: tuple[int, int, int], confidence: float
) -> None:
    few, many = (paired_interval(*(size * count for count in counts), confidence) for size in (1, 4))
    assert many.high - many.low < few.high - few.low


def test_tango_covers_the_true_difference_as_often_as_promised() -> None:
    generator = random.Random(20261123)
    for number, only_first, only_second in ((60, 0.25, 0.15), (200, 0.06, 0.02), (100, 0.05, 0.05)):
        covered = 0
        for _ in range(3_000):
            drawn = [generator.random() for _ in range(number)]
            gained = sum(each < only_first for each in drawn)
            lost = sum(each > 1 - only_second for each in drawn)
            low, high = paired_interval(gained, lost, number, 0.95)
            covered += low <= only_first - only_second <= high
        assert covered / 3_000 == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize(("gained", "lost", "number"), [(0, 0, 0), (-1, 0, 5), (0, -1, 5), (3, 3, 5)])
def test_what_is_no_paired_comparison_is_refused(gained: int, lost: int, number: int) -> None:
    with pytest.raises(ValueError, match="is not a comparison"):
        paired_interval(gained, lost, number, 0.95)


@given(freedom=st.floats(1, 1e8), confidence=st.floats(0.5001, 0.9999))
@settings(deadline=None)
def test_students_margin_agrees_with_scipy(freedom: float, confidence: float) -> None:
    assert student_margin(confidence, freedom) == pytest.approx(
        stats.t.isf((1 - confidence) / 2, freedom), rel=1e-8, abs=1e-9
    )


@pytest.mark.parametrize("confidence", [0.5000000001, 0.999999999, 0.999999999999, 1 - 2**-53])
@pytest.mark.parametrize("freedom", [1, 1.5, 2, 30, 9e5, 2e6, 2**53])
def test_margins_hold_at_the_ends_of_what_a_manifest_may_ask_for(confidence: float, freedom: float) -> None:
    assert normal_margin(confidence) == pytest.approx(stats.norm.isf((1 - confidence) / 2), rel=1e-8)
    assert student_margin(confidence, freedom) == pytest.approx(
        stats.t.isf((1 - confidence) / 2, freedom), rel=1e-7
    )


def test_students_margin_tends_to_the_normals() -> None:
    assert student_margin(0.95, 1e12) == pytest.approx(normal_margin(0.95))


def test_a_huge_spread_does_not_overflow() -> None:
    low, high = welch_interval(0.0, 1e200, 5, 0.0, 1e-200, 5, 0.95)
    assert -high == low == pytest.approx(-1e200 / math.sqrt(5) * stats.t.isf(0.025, 4))


@given(
    values=spread_out,
    confidence=st.floats(0.51, 0.99),
)
def test_a_means_interval_agrees_with_scipy(values: list[float], confidence: float) -> None:
    expected = stats.ttest_1samp(values, 0).confidence_interval(confidence)
    mean, stddev = stats.tmean(values), stats.tstd(values)
    got = mean_interval(float(mean), float(stddev), len(values), confidence)
    assert got == pytest.approx((expected.low, expected.high), rel=1e-7, abs=1e-7)


@given(
    first=spread_out,
    second=spread_out,
)
def test_welch_agrees_with_scipy(first: list[float], second: list[float]) -> None:
    expected = stats.ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    moments = [(float(stats.tmean(one)), float(stats.tstd(one)), len(one)) for one in (first, second)]
    got = welch_interval(*moments[0], *moments[1], 0.95)
    assert got == pytest.approx((expected.low, expected.high), rel=1e-7, abs=1e-7)


def test_two_means_without_spread_have_an_exact_difference() -> None:
    assert welch_interval(2.0, 0.0, 5, 1.5, 0.0, 5, 0.95) == Interval(0.5, 0.5)


def test_draws_make_the_interval_conservative_and_wins_alone_make_it_right() -> None:
    """The true rate is inside at least as often as promised; much more often when half are draws."""
    generator = random.Random(20261120)
    covered = {0.0: 0, 0.5: 0}
    for draws in covered:
        for _ in range(4_000):
            outcomes = generator.choices(
                (0.0, 0.5, 1.0), (0.6 - 0.6 * draws, draws, 0.4 - 0.4 * draws), k=120
            )
            low, high = wilson_interval(sum(outcomes), len(outcomes), 0.95)
            covered[draws] += low <= 0.4 * (1 - draws) + 0.5 * draws <= high
    assert covered[0.0] / 4_000 == pytest.approx(0.95, abs=0.012)
    assert covered[0.5] / 4_000 > 0.98


def test_newcombe_covers_the_true_difference_as_often_as_promised() -> None:
    generator = random.Random(20261121)
    covered = 0
    for _ in range(4_000):
        wins = [sum(generator.random() < rate for _ in range(80)) for rate in (0.62, 0.54)]
        low, high = newcombe(wins[0] / 80, 80, wins[1] / 80, 80, 0.95)
        covered += low <= 0.08 <= high
    assert covered / 4_000 == pytest.approx(0.95, abs=0.012)


def test_welch_covers_the_true_difference_as_often_as_promised() -> None:
    generator = random.Random(20261122)
    covered = 0
    for _ in range(3_000):
        groups = [
            [generator.gauss(1.0, 1.0) for _ in range(6)],
            [generator.gauss(0.0, 4.0) for _ in range(15)],
        ]
        moments = []
        for group in groups:
            mean = sum(group) / len(group)
            variance = sum((value - mean) ** 2 for value in group) / (len(group) - 1)
            moments.append((mean, math.sqrt(variance), len(group)))
        low, high = welch_interval(*moments[0], *moments[1], 0.9)
        covered += low <= 1.0 <= high
    assert covered / 3_000 == pytest.approx(0.9, abs=0.018)


@pytest.mark.parametrize(("successes", "number"), [(1, 0), (-1, 5), (6, 5), (math.nan, 5)])
def test_what_is_no_rate_is_refused(successes: float, number: int) -> None:
    with pytest.raises(ValueError, match="is not a rate"):
        wilson_interval(successes, number, 0.95)


def test_a_mean_of_one_value_has_no_interval() -> None:
    with pytest.raises(ValueError, match="gives no interval"):
        mean_interval(1.0, 0.0, 1, 0.95)
    with pytest.raises(ValueError, match="at least two values"):
        welch_interval(1.0, 0.0, 1, 1.0, 0.0, 2, 0.95)
