"""From values to positions: axes with round ticks."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

_LARGEST = 1e300


def drawable(value: float) -> bool:
    """Whether a value is finite, and not so large that sums of it would not be."""
    return math.isfinite(value) and abs(value) <= _LARGEST


class Axis(Struct, frozen=True):
    """An axis from `low` to `high` with its ticks, all in the data's unit."""

    low: float
    high: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...]

    def position(self, value: float, start: float, end: float) -> float:
        """Where `value` lies between the pixels `start` and `end`; outside values at the edge."""
        share = (value - self.low) / (self.high - self.low)
        return start + min(1.0, max(0.0, share)) * (end - start)


def axis(
    values: Sequence[float], most_ticks: int = 6, *, with_zero: bool = False, fitted: bool = False
) -> Axis:
    """An axis that holds all `values`, with about `most_ticks` ticks at 1, 2 or 5 times a power of ten.

    It ends on ticks, or with `fitted` on the values themselves, and counts in whole numbers if they
    are (as suits time).
    """
    low, high = min(values, default=0.0), max(values, default=1.0)
    if with_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low <= 1e-12 * max(abs(low), abs(high), 1e-300):
        room = abs(low) * 0.1 or 1.0
        low, high = low - (0.0 if with_zero and low == 0 else room), high + room
    step = tick_step(high - low, most_ticks)
    if fitted and high - low >= 1 and all(value == int(value) for value in values):
        step = max(1.0, step)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    if fitted:
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    ticks = tuple(index * step for index in range(first, last + 1))
    if not fitted:
        low, high = ticks[0], ticks[-1]
    return Axis(low, high, ticks, tick_labels(ticks, step))


def tick_step(span: float, most: int) -> float:
    """The smallest 1, 2 or 5 times a power of ten that divides `span` into at most `most` parts."""
    raw = span / most
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * (1 - 1e-9))


def tick_labels(ticks: Sequence[float], step: float) -> tuple[str, ...]:
    """Ticks in one unit, with just the decimals of their step: `0.05`, `1,500`, `20k`, `3e-07`."""
    largest = max((abs(tick) for tick in ticks), default=0.0)
    if largest >= 1e13 or step < 1e-6:
        return tuple(f"{tick:.6g}" if abs(tick) > step / 2 else "0" for tick in ticks)
    for least, unit, suffix in ((1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if largest >= least:
            return tuple(
                _decimals(tick / unit, step / unit) + suffix if abs(tick) > step / 2 else "0"
                for tick in ticks
            )
    return tuple(_decimals(tick, step) for tick in ticks)


def _decimals(value: float, step: float) -> str:
    if abs(value) < step / 2:
        value = 0.0
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:,.{places}f}"
