"""The axes of parallel coordinates: where they stand, where values lie on them, and what they name."""

from __future__ import annotations

import math
from typing import Final

from msgspec import Struct

from runner.results.charts.scale import axis, drawable
from runner.results.metrics import thin
from runner.results.model import Axis
from runner.results.numbers import compact

_MOST_TICKS: Final = 9


class Upright(Struct, frozen=True):
    """One axis where it stands, between the heights `top` and `bottom`."""

    axis: Axis
    x: float
    top: float
    bottom: float

    def share(self, value: float | None) -> float | None:
        """How far up a value lies, from 0 to 1; None for one that cannot be shown."""
        low, high = self.axis.low, self.axis.high
        if value is None or not drawable(value) or (self.axis.log and value <= 0):
            return None
        if self.axis.log:
            value, low, high = math.log(value), math.log(low), math.log(high)
        return 0.5 if high <= low else min(1.0, max(0.0, (value / 2 - low / 2) / (high / 2 - low / 2)))

    def at(self, value: float | None) -> tuple[float, float] | None:
        """Where a value lies, in pixels."""
        share = self.share(value)
        return None if share is None else (self.x, self.bottom + share * (self.top - self.bottom))


def is_usable(one: Axis) -> bool:
    """Whether values can be placed on an axis."""
    return drawable(one.low) and drawable(one.high) and (not one.log or 0 < one.low <= one.high)


def ticks(one: Axis) -> list[tuple[float, str]]:
    """The values that an axis names, and how."""
    if one.ticks:
        named = list(enumerate(one.ticks))
        return [(float(value), label) for value, label in thin(named, _MOST_TICKS)]
    if one.high <= one.low:
        return [(one.low, compact(one.low))]
    if one.log:
        return [(value, compact(value)) for value in _log_ticks(one.low, one.high)]
    scale = axis([one.low, one.high], 5, fitted=True)
    return list(zip(scale.ticks, scale.labels, strict=True))


def _log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten between the ends; with few of them, twice and five times these as well."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    factors = (1, 2, 5) if len(powers) <= 4 else (1,)
    ticks = [factor * 10.0**power for power in powers for factor in factors]
    inside = [tick for tick in ticks if low * (1 - 1e-9) <= tick <= high * (1 + 1e-9)]
    return thin(inside, _MOST_TICKS) if len(inside) > 1 else [low, high]
