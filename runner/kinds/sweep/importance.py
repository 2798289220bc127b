"""How much of a metric each parameter explains alone, and which of its values did best."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from msgspec import Struct

LEAST_TRIALS: Final = 8
"""Fewer say nothing: two groups of four are the least that chance can be told from."""

MOST_GROUPS: Final = 4
_LEAST_IN_GROUP: Final = 4
_NORMAL_95: Final = 1.6448536269514722
"""One-sided 95 % of the normal distribution."""

_NORMAL_97_5: Final = 1.959963984540054


class Importance(Struct, frozen=True):
    """What a parameter explains of the variance of the metric's ranks, from 0 to 1.

    `better` are the numbers that did better; `best` is the choice that did best, as text, of a parameter
    that is no number. Both are empty where the trials do not tell.
    """

    name: str
    share: float
    better: Literal["higher", "lower", ""] = ""
    best: str = ""


def importances(
    points: Sequence[Mapping[str, Any]], values: Sequence[float], names: Sequence[str], goal: str
) -> list[Importance]:
    """The importance of each parameter in `names`, the greatest first; empty for fewer than 8 trials.

    A trial without a parameter does not count for it. Equal ones keep the order of `names`.
    """
    if len(values) < LEAST_TRIALS:
        return []
    found = [_importance(name, points, values, 1 if goal == "maximize" else -1) for name in names]
    return sorted(found, key=lambda one: -one.share)


def explained(ranks: Sequence[float], groups: Sequence[int]) -> float:
    """The share of the ranks' variance that lies between groups, corrected for what chance explains.

    It is epsilon squared (Kelley 1935, doi:10.1073/pnas.21.9.554), the bias-corrected correlation ratio,
    of ranks: (H - k + 1) / (n - k) with the H of Kruskal and Wallis (1952,
    doi:10.1080/01621459.1952.10483441) for n values in k groups, corrected for ties. 0 where H is no
    larger than in 95 % of samples whose groups do not differ, by Wilson and Hilferty's cube root
    (1931, doi:10.1073/pnas.17.12.684) for the quantile of chi-squared.
    """
    n, k = len(ranks), len(set(groups))
    mean = (n + 1) / 2
    total = math.fsum((rank - mean) ** 2 for rank in ranks)
    if not 1 < k < n or total == 0:
        return 0.0
    sums: dict[int, list[float]] = {}
    for rank, group in zip(ranks, groups, strict=True):
        sums.setdefault(group, []).append(rank)
    between = math.fsum(len(one) * (math.fsum(one) / len(one) - mean) ** 2 for one in sums.values())
    h = (n - 1) * between / total
    return (h - k + 1) / (n - k) if h > chi_squared_95(k - 1) else 0.0


def chi_squared_95(freedom: int) -> float:
    """About the value that chi-squared exceeds in 5 % of cases, to 3 % (1 % from 2 degrees of freedom)."""
    part = 2 / (9 * freedom)
    return float(freedom * (1 - part + _NORMAL_95 * math.sqrt(part)) ** 3)


def ranks_of(values: Sequence[float]) -> list[float]:
    """The rank of each value, from 1; equal values share the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for index in order[start:end]:
            ranks[index] = (start + 1 + end) / 2
        start = end
    return ranks


def _importance(
    name: str, points: Sequence[Mapping[str, Any]], values: Sequence[float], sign: int
) -> Importance:
    known = [index for index, point in enumerate(points) if name in point]
    given = [points[index][name] for index in known]
    ranks = ranks_of([sign * values[index] for index in known])
    if len(known) < LEAST_TRIALS:
        return Importance(name, 0.0)
    numbers = [float(value) for value in given if is_number(value)]
    if len(numbers) == len(given):
        share = explained(ranks, _groups_of_numbers(numbers))
        return Importance(name, share, _direction(ranks, numbers) if share else "")
    labels = [json.dumps(value, sort_keys=True, default=str) for value in given]
    order = {label: group for group, label in enumerate(dict.fromkeys(sorted(labels)))}
    share = explained(ranks, [order[label] for label in labels])
    return Importance(name, share, best=_best_label(ranks, given, labels) if share else "")


def is_number(value: object) -> bool:
    """Whether a parameter's value is a finite number; a boolean is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _groups_of_numbers(numbers: Sequence[float]) -> list[int]:
    """Each different number is a group where there are few, else up to four of about equal size are.

    Equal numbers are never parted.
    """
    ranks = ranks_of(numbers)
    different = {rank: group for group, rank in enumerate(sorted(set(ranks)))}
    if len(different) <= MOST_GROUPS or len(numbers) >= (1 + _LEAST_IN_GROUP) * len(different):
        return [different[rank] for rank in ranks]
    groups = min(MOST_GROUPS, len(numbers) // _LEAST_IN_GROUP)
    return [int(groups * (rank - 0.5) / len(numbers)) for rank in ranks]


def _direction(ranks: Sequence[float], numbers: Sequence[float]) -> Literal["higher", "lower", ""]:
    """The sign of Spearman's correlation, where it is not within what chance does in 95 % of cases."""
    others = ranks_of(numbers)
    mean = (len(ranks) + 1) / 2
    product = math.fsum((a - mean) * (b - mean) for a, b in zip(ranks, others, strict=True))
    spread = math.fsum((a - mean) ** 2 for a in ranks) * math.fsum((b - mean) ** 2 for b in others)
    correlation = product / math.sqrt(spread)
    if abs(correlation) * math.sqrt(len(ranks) - 1) <= _NORMAL_97_5:
        return ""
    return "higher" if correlation > 0 else "lower"


def _best_label(ranks: Sequence[float], given: Sequence[Any], labels: Sequence[str]) -> str:
    """The value whose trials ranked highest on average."""
    of_label: dict[str, list[float]] = {}
    for rank, label in zip(ranks, labels, strict=True):
        of_label.setdefault(label, []).append(rank)
    best = max(sorted(of_label), key=lambda label: math.fsum(of_label[label]) / len(of_label[label]))
    value = given[labels.index(best)]
    return value if isinstance(value, str) else best
