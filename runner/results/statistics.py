"""Confidence intervals for rates, means and their differences. Pure; no library at run time.

Every interval is two-sided: at a confidence of 0.95, each side is missed in 2.5 % of samples.
"""

from __future__ import annotations

import math
from typing import NamedTuple

_NORMAL_FROM = 1e6
"""Degrees of freedom from which Student's t is taken from its expansion about the normal."""


class Interval(NamedTuple):
    """From `low` to `high`, both included."""

    low: float
    high: float


class Estimate(NamedTuple):
    """A value and the interval around it; an exact value has an interval of no width."""

    value: float
    interval: Interval


def normal_margin(confidence: float) -> float:
    """How many standard errors an interval reaches to each side, where errors are normal.

    The normal's quantile is Wichura's (1988, AS 241), as in Python's `statistics`.
    """
    from statistics import NormalDist

    return -NormalDist().inv_cdf((1 - confidence) / 2)


def wilson_interval(successes: float, trials: int, confidence: float) -> Interval:
    """Wilson's score interval for a rate (Wilson 1927, doi:10.1080/01621459.1927.10502953).

    `successes` may be fractional, because a draw counts half. The binomial variance p(1-p) is the
    largest that any outcome between 0 and 1 with mean p can have (Bhatia and Davis 2000), so that
    with draws it is an upper bound and the interval conservative: wider than it need be.

    Raises ValueError unless 0 <= successes <= trials and trials >= 1.
    """
    if not (trials >= 1 and 0 <= successes <= trials):
        raise ValueError(f"{successes} successes in {trials} trials is not a rate")
    squared = normal_margin(confidence) ** 2
    rate = successes / trials
    denominator = trials + squared
    centre = (successes + squared / 2) / denominator
    half = math.sqrt(squared * (trials * rate * (1 - rate) + squared / 4)) / denominator
    return Interval(
        0.0 if successes == 0 else max(0.0, centre - half),
        1.0 if successes == trials else min(1.0, centre + half),
    )


def hybrid_interval(first: Estimate, second: Estimate) -> Interval:
    """An interval for `first - second`, two independent estimates with an interval each.

    The square-and-add method: with Wilson's intervals of two rates it is Newcombe's hybrid score
    interval (1998, method 10, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I);
    Zou and Donner 2008 named it MOVER and showed it for any two estimates (doi:10.1002/sim.3095).
    """
    difference = first.value - second.value
    below = math.hypot(first.value - first.interval.low, second.interval.high - second.value)
    above = math.hypot(first.interval.high - first.value, second.value - second.interval.low)
    return Interval(difference - below, difference + above)


def mean_interval(mean: float, stddev: float, count: int, confidence: float) -> Interval:
    """Student's t interval for a mean; `stddev` is the sample's (divided by count - 1).

    Raises ValueError unless count >= 2 and stddev >= 0.
    """
    if count < 2 or stddev < 0:
        raise ValueError(f"a standard deviation of {stddev} over {count} values gives no interval")
    half = student_margin(confidence, count - 1) * stddev / math.sqrt(count)
    return Interval(mean - half, mean + half)


def welch_interval(
    mean_1: float,
    stddev_1: float,
    count_1: int,
    mean_2: float,
    stddev_2: float,
    count_2: int,
    confidence: float,
) -> Interval:
    """Welch's t interval for `mean_1 - mean_2` of two independent samples of unequal variance.

    Welch 1947 (doi:10.1093/biomet/34.1-2.28), degrees of freedom by Satterthwaite 1946.
    Raises ValueError unless both counts are >= 2 and both deviations >= 0.
    """
    if min(count_1, count_2) < 2 or min(stddev_1, stddev_2) < 0:
        raise ValueError("two means can be compared only with at least two values each")
    error_1, error_2 = stddev_1 / math.sqrt(count_1), stddev_2 / math.sqrt(count_2)
    error = math.hypot(error_1, error_2)
    difference = mean_1 - mean_2
    if error == 0:
        return Interval(difference, difference)
    share_1, share_2 = (error_1 / error) ** 2, (error_2 / error) ** 2
    freedom = 1 / (share_1**2 / (count_1 - 1) + share_2**2 / (count_2 - 1))
    half = student_margin(confidence, freedom) * error
    return Interval(difference - half, difference + half)


def paired_interval(gained: int, lost: int, pairs: int, confidence: float) -> Interval:
    """Tango's score interval for the difference of two rates of the same subjects (Tango 1998,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B).

    Of `pairs` subjects `gained` are successes of the first alone and `lost` of the second alone, so that the
    estimate is (gained - lost) / pairs. Where no subject tells the two apart it is still as wide as so few
    pairs make it: 0 ± z² / (pairs + z²).

    Raises ValueError unless pairs >= 1, gained and lost are >= 0, and together at most `pairs`.
    """
    if not (pairs >= 1 and min(gained, lost) >= 0 and gained + lost <= pairs):
        raise ValueError(f"{gained} gained and {lost} lost of {pairs} pairs is not a comparison")
    margin = normal_margin(confidence) ** 2 / pairs
    low = -_tango_limit(lost / pairs, gained / pairs, margin)
    return Interval(low, _tango_limit(gained / pairs, lost / pairs, margin))


def _tango_limit(gained: float, lost: float, margin: float) -> float:
    """The largest difference that the shares of gains and losses do not refute: bisection of the score.

    `margin` is the squared normal margin by the number of pairs.
    """
    estimate = gained - lost
    lower, upper = estimate, 1.0
    for _ in range(60):
        middle = (lower + upper) / 2
        variance = 2 * _restricted_losses(gained, lost, middle) + middle * (1 - middle)
        if (estimate - middle) ** 2 > margin * variance:
            upper = middle
        else:
            lower = middle
    return (lower + upper) / 2


def _restricted_losses(gained: float, lost: float, difference: float) -> float:
    """The likeliest share of losses where the rates differ by `difference` (Tango 1998)."""
    b = (2 - gained + lost) * difference - gained - lost
    c = -lost * difference * (1 - difference)
    root = math.sqrt(max(0.0, b * b - 8 * c))
    if b > 0:
        return -2 * c / (b + root)
    return (root - b) / 4


def student_margin(confidence: float, freedom: float) -> float:
    """How many standard errors an interval reaches to each side, for `freedom` >= 1 degrees of freedom.

    It is the t whose two tails hold 1 - confidence, to about nine digits: bisection of the tails.
    From a million degrees of freedom on, the first terms of its expansion about the normal
    (Abramowitz and Stegun 26.7.5) are exact to this precision.
    """
    normal = normal_margin(confidence)
    if freedom >= _NORMAL_FROM:
        return normal + (normal**3 + normal) / (4 * freedom)
    lower, upper = 0.0, 1.0
    while _student_tails(upper, freedom) > 1 - confidence:
        lower, upper = upper, 2 * upper
    for _ in range(60):
        middle = (lower + upper) / 2
        if _student_tails(middle, freedom) > 1 - confidence:
            lower = middle
        else:
            upper = middle
    return (lower + upper) / 2


def _student_tails(t: float, freedom: float) -> float:
    """The probability of less than -t or more than t (Abramowitz and Stegun 26.7.1)."""
    total = freedom + t * t
    return _incomplete_beta(freedom / 2, 0.5, freedom / total, t * t / total)


def _incomplete_beta(a: float, b: float, x: float, rest: float) -> float:
    """The regularised incomplete beta function I_x(a, b), from its continued fraction.

    `rest` is 1 - x, which a subtraction would lose where x is close to 1.
    """
    if x <= 0 or rest <= 0:
        return 0.0 if x <= 0 else 1.0
    logarithm = math.log(x) if x < 0.5 else math.log1p(-rest)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * logarithm + b * math.log(rest)
    )
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(a, b, x) / a
    return 1 - front * _beta_fraction(b, a, rest) / b


def _beta_fraction(a: float, b: float, x: float) -> float:
    """The continued fraction DLMF 8.17.22, evaluated by Lentz's method as modified by Thompson."""
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, 10_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for numerator in (even, odd):
            d = 1 / _away_from_zero(1 + numerator * d)
            c = _away_from_zero(1 + numerator / c)
            result *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return result


def _away_from_zero(value: float) -> float:
    return value if abs(value) > 1e-300 else 1e-300
