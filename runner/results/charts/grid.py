"""Lines on one grid: as many values for each, at the same evenly spaced places."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter

from msgspec import Struct

from runner.results.charts.scale import drawable
from runner.results.model import Series

MOST_VALUES = 50
_NARROW = 1e-6
_LEAST = 1e-290

Points = Sequence[tuple[float, float]]


class Row(Struct, frozen=True):
    """The values of one line. `stretched` where it goes on flat, before or after its own points."""

    name: str
    values: tuple[float, ...]
    stretched: bool


class Grid(Struct, frozen=True):
    """Lines whose values lie at evenly spaced places from `low` to `high`."""

    low: float
    high: float
    rows: tuple[Row, ...]


def on_one_grid(series: Sequence[Series]) -> Grid:
    """The lines through their points, in the order of x: between two of them they run straight.

    At most 50 values for each; points that cannot be drawn, and lines without any other, are left out.
    """
    lines = [(one.name, _in_order(one)) for one in series]
    lines = [(name, points) for name, points in lines if points]
    xs = [x for _, points in lines for x, _ in points]
    low, high = min(xs, default=0.0), max(xs, default=0.0)
    if high - low <= max(_NARROW * max(abs(low), abs(high)), _LEAST):
        rows = (Row(name, (points[-1][1],), stretched=False) for name, points in lines)
        return Grid(low, low, tuple(rows))
    count = _count([(x - low) / (high - low) for x in xs], max(len(points) for _, points in lines))
    places = [low + (high - low) * (index / (count - 1)) for index in range(count)]
    room = (high - low) / (count - 1)
    return Grid(
        low,
        high,
        tuple(
            Row(
                name,
                tuple(_value(points, place) for place in places),
                stretched=points[0][0] - low >= room or high - points[-1][0] >= room,
            )
            for name, points in lines
        ),
    )


def _count(shares: Sequence[float], most: int) -> int:
    """How many places there are: as few as hold every point where that can be, at shares of the way."""
    steps = most - 1
    if 2 <= most <= MOST_VALUES and all(
        abs(share * steps - round(share * steps)) <= _NARROW for share in shares
    ):
        return most
    return MOST_VALUES


def _in_order(series: Series) -> Points:
    points = (point for point in series.points if drawable(point[0]) and drawable(point[1]))
    return sorted(points, key=itemgetter(0))


def _value(points: Points, place: float) -> float:
    """The height of a line at a place; that of its nearest end beyond its ends."""
    after = bisect_right(points, place, key=itemgetter(0))
    if after == 0:
        return points[0][1]
    if after == len(points):
        return points[-1][1]
    (x0, y0), (x1, y1) = points[after - 1], points[after]
    share = (place - x0) / (x1 - x0)
    return y0 * (1 - share) + y1 * share
