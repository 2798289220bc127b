"""How much each parameter explains: against scipy, and what must hold for any trials."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from runner.kinds.sweep.importance import (
    LEAST_TRIALS,
    Importance,
    chi_squared_95,
    explained,
    importances,
    ranks_of,
)

numbers = st.integers(-50, 50).map(float)
samples = st.lists(st.tuples(numbers, numbers), min_size=8, max_size=40)


def importance(given: list[Any], values: list[float], goal: str = "maximize") -> Importance:
    return importances([{"a": value} for value in given], values, ["a"], goal)[0]


@settings(deadline=None)
@given(values=st.lists(numbers, min_size=1, max_size=40))
def test_ranks_are_those_of_scipy(values: list[float]) -> None:
    assert ranks_of(values) == list(stats.rankdata(values))


@settings(deadline=None)
@given(sample=st.lists(st.tuples(numbers, st.integers(0, 3)), min_size=8, max_size=60))
def test_what_is_explained_follows_from_kruskal_and_wallis_in_scipy(sample: list[tuple[float, int]]) -> None:
    values, groups = zip(*sample, strict=True)
    assume(len(set(groups)) > 1 and len(set(values)) > 1)
    parts = [[value for value, group in sample if group == one] for one in sorted(set(groups))]
    h, n, k = stats.kruskal(*parts).statistic, len(sample), len(parts)
    found = explained(ranks_of(values), groups)
    if abs(h - chi_squared_95(k - 1)) > 1e-9:
        assert found == pytest.approx((h - k + 1) / (n - k) if h > chi_squared_95(k - 1) else 0.0)


def test_the_bound_of_chance_is_about_that_of_scipy() -> None:
    for freedom in (1, 2, 3, 4, 9, 30, 500):
        exact = stats.chi2.ppf(0.95, freedom)
        assert chi_squared_95(freedom) == pytest.approx(exact, rel=0.03 if freedom == 1 else 0.01)


@settings(deadline=None)
@given(sample=samples)
def test_no_monotone_change_of_the_parameter_or_the_metric_matters(
    sample: list[tuple[float, float]],
) -> None:
    given, values = map(list, zip(*sample, strict=True))
    plain = importance(given, values)
    assert importance([math.exp(one / 10) for one in given], values) == plain
    assert importance(given, [one**3 + one for one in values]) == plain


@settings(deadline=None)
@given(sample=samples, seed=st.integers(0, 99))
def test_the_order_of_the_trials_does_not_matter(sample: list[tuple[float, float]], seed: int) -> None:
    mixed = random.Random(seed).sample(sample, len(sample))
    first, second = (importance(*map(list, zip(*one, strict=True))) for one in (sample, mixed))
    assert first == second


@settings(deadline=None)
@given(sample=samples)
def test_a_share_is_from_nothing_to_all(sample: list[tuple[float, float]]) -> None:
    assert 0 <= importance(*map(list, zip(*sample, strict=True))).share <= 1


@settings(deadline=None)
@given(sample=samples)
def test_the_other_goal_turns_what_is_better_around(sample: list[tuple[float, float]]) -> None:
    given, values = map(list, zip(*sample, strict=True))
    up, down = importance(given, values), importance(given, values, "minimize")
    assert down.share == pytest.approx(up.share)
    assert (up.better, down.better) in (("higher", "lower"), ("lower", "higher"), ("", ""))


def test_a_parameter_that_decides_everything_explains_nearly_all() -> None:
    chance = random.Random(1)
    continuous = [chance.random() for _ in range(60)]
    found = importance(continuous, [value**5 for value in continuous])
    assert (found.share > 0.9, found.better) == (True, "higher")
    choices = ["adam", "sgd", "lion"] * 10
    found = importance(choices, [{"adam": 3.0, "sgd": 1.0, "lion": 2.0}[one] for one in choices], "minimize")
    assert (found.share, found.best) == (1.0, "sgd")


def test_noise_explains_nothing() -> None:
    chance = random.Random(2)
    shares = [
        importance([chance.random() for _ in range(30)], [chance.random() for _ in range(30)]).share
        for _ in range(200)
    ]
    assert sum(share > 0 for share in shares) <= 20  # 5 % of 200 are expected
    assert sum(shares) / len(shares) < 0.02


def test_what_lies_in_the_middle_matters_and_neither_end_is_better() -> None:
    given = [index / 40 for index in range(40)]
    found = importance(given, [-abs(one - 0.5) for one in given])
    assert found.share > 0.5
    assert (found.better, found.best) == ("", "")


def test_too_few_trials_say_nothing() -> None:
    few = [float(number) for number in range(LEAST_TRIALS - 1)]
    assert importances([{"a": one} for one in few], few, ["a"], "maximize") == []
    enough = [*few, 7.0]
    assert importance(enough, enough).share > 0.6


def test_booleans_lists_and_missing_values_are_choices_of_their_own() -> None:
    points: list[dict[str, Any]] = [{"norm": index % 2 == 0, "sizes": [64, 64]} for index in range(12)]
    points += [{"sizes": [index]} for index in range(4)]
    values = [float(index % 2 == 0) for index in range(12)] + [9.0] * 4
    norm, sizes = importances(points, values, ["norm", "sizes"], "maximize")
    assert (norm.name, norm.share, norm.best) == ("norm", 1.0, "true")
    assert sizes.name == "sizes"
    assert importances(points, [1.0] * 16, ["norm", "sizes"], "maximize") == [
        Importance("norm", 0.0), Importance("sizes", 0.0)
    ]  # fmt: skip
