"""Parallel coordinates: one line per trial across an axis per parameter, coloured by the last axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from runner.results.charts import svg
from runner.results.charts.uprights import Upright, is_usable, ticks
from runner.results.metrics import thin
from runner.results.model import Axis, ParallelChart
from runner.results.numbers import compact

MOST_LINES: Final = 300
MOST_AXES: Final = 9
_HEIGHT: Final = 260.0
_TICK_SIZE: Final = 10
_NAME_ROW: Final = 18.0

# From the worst to the best: the best stands out from the ground, on a light and on a dark page.
_LIGHT: Final = ("#d5dbe3", "#b9cadf", "#97b8dd", "#70a1d8", "#4686ce", "#2268b8", "#0b4691")
_DARK: Final = ("#2b3542", "#35495f", "#3f607f", "#4a7aa3", "#5b97c6", "#7db9e6", "#b3deff")
LEVELS: Final = len(_LIGHT)
_BEST: Final = "c-line1"

Line = tuple[float | None, ...]


def parallel_chart(chart: ParallelChart) -> str:
    """The chart as an SVG document. Worse lines lie below better ones, the best is thick."""
    title = svg.fitted(chart.title, svg.WIDTH - 2 * svg.MARGIN, 15)
    body = [svg.text(svg.MARGIN, 28, title, extra=' font-size="15" font-weight="600"', full=chart.title)]
    if len(chart.axes) < 2 or not chart.lines or not all(map(is_usable, chart.axes)):
        body.append(svg.text(svg.MARGIN, 64, "No data.", kind="c-faint"))
        return svg.document(84, chart.title, body)
    axes = [*chart.axes[:-1][: MOST_AXES - 1], chart.axes[-1]]
    lines = _shown(chart, len(axes))
    uprights = _placed(axes)
    body += _legend(chart, uprights[-1], len(chart.axes) - len(axes), len(lines))
    body += _lines(chart, uprights, lines)
    for index, upright in enumerate(uprights):
        body += _axis(upright, uprights, index)
    return svg.document(uprights[0].bottom + 24, chart.title, body, _style())


def _style() -> str:
    """The colours of the levels."""
    light, dark = (
        "".join(f".c-level{index}{{stroke:{colour};fill:{colour}}}" for index, colour in enumerate(colours))
        for colours in (_LIGHT, _DARK)
    )
    return f"{light}@media(prefers-color-scheme:dark){{{dark}}}"


def _shown(chart: ParallelChart, axes: int) -> list[tuple[Line, bool]]:
    """The lines that are drawn, the best one last, each cut to the axes that are."""
    best = chart.best if chart.best is not None and 0 <= chart.best < len(chart.lines) else None
    others = [line for index, line in enumerate(chart.lines) if index != best]
    lines = [(line, False) for line in thin(others, MOST_LINES - 1)]
    lines += [] if best is None else [(chart.lines[best], True)]
    padded = ((line + (None,) * len(chart.axes), marked) for line, marked in lines)
    return [((*line[: axes - 1], line[len(chart.axes) - 1]), marked) for line, marked in padded]


def _placed(axes: Sequence[Axis]) -> list[Upright]:
    """The axes at equal distances, with room for the numbers left of the first."""
    left = svg.MARGIN + 6 + max(svg.text_width(label, _TICK_SIZE) for _, label in ticks(axes[0]))
    left, right = min(left, 140.0), svg.WIDTH - svg.MARGIN - 10.0
    top = 100.0 + _NAME_ROW * (1 + (len(axes) > 4))
    step = (right - left) / (len(axes) - 1)
    return [Upright(one, left + index * step, top, top + _HEIGHT) for index, one in enumerate(axes)]


def _legend(chart: ParallelChart, metric: Upright, axes_left: int, drawn: int) -> list[str]:
    """Which colour is which value of the last axis, what the thick line is, and what is not drawn."""
    ends = [compact(metric.axis.low), compact(metric.axis.high)]
    worst, best = ends if chart.higher_is_better else reversed(ends)
    x, y = float(svg.MARGIN), 54.0
    body = [svg.text(x, y, worst, kind="c-faint")]
    x += svg.text_width(worst) + 8
    for level in range(LEVELS):
        body.append(
            f'<rect class="c-level{level}" x="{svg.number(x)}" y="{svg.number(y - 9)}" '
            f'width="16" height="10" stroke="none"/>'
        )
        x += 16
    body.append(svg.text(x + 8, y, best, kind="c-faint"))
    x += svg.text_width(best) + 28
    if chart.best is not None:
        body.append(svg.line(x, y - 4, x + 24, y - 4, _BEST, ' stroke-width="3"'))
        body.append(svg.text(x + 30, y, "best"))
        x += 72
    notes = [f"{drawn} of {len(chart.lines)} drawn"] if drawn < len(chart.lines) else []
    notes += [f"{axes_left} more parameters not shown"] if axes_left else []
    return [*body, svg.text(x, y, "; ".join(notes), kind="c-faint")] if notes else body


def _lines(
    chart: ParallelChart, uprights: Sequence[Upright], lines: Sequence[tuple[Line, bool]]
) -> list[str]:
    def goodness(line: Line) -> float:
        share = uprights[-1].share(line[-1])
        return -1.0 if share is None else share if chart.higher_is_better else 1 - share

    opacity = 0.9 if len(lines) <= 40 else 0.65 if len(lines) <= 120 else 0.4
    body = []
    for line, marked in sorted(lines, key=lambda one: (one[1], goodness(one[0]))):
        level = min(LEVELS - 1, int(max(0.0, goodness(line)) * LEVELS))
        kind = _BEST if marked else f"c-level{level}"
        extra = ' stroke-width="3"' if marked else f' stroke-width="1.4" stroke-opacity="{opacity}"'
        body += [_polyline(part, kind, extra) for part in _parts(uprights, line) if len(part) > 1]
    return body


def _parts(uprights: Sequence[Upright], line: Line) -> list[list[tuple[float, float]]]:
    """The stretches of a line between axes on which it has no value."""
    parts: list[list[tuple[float, float]]] = [[]]
    for upright, value in zip(uprights, line, strict=True):
        place = upright.at(value)
        if place is None:
            parts.append([])
        else:
            parts[-1].append(place)
    return parts


def _polyline(places: Sequence[tuple[float, float]], kind: str, extra: str) -> str:
    points = " ".join(f"{svg.number(x)},{svg.number(y)}" for x, y in places)
    return f'<polyline class="{kind}" style="fill:none" stroke-linejoin="round"{extra} points="{points}"/>'


def _axis(upright: Upright, uprights: Sequence[Upright], index: int) -> list[str]:
    """The axis with its ticks, and its name above."""
    body = [svg.line(upright.x, upright.top, upright.x, upright.bottom, "c-axis")]
    halo = f' font-size="{_TICK_SIZE}" stroke-width="3" paint-order="stroke" stroke-linejoin="round"'
    step = uprights[1].x - uprights[0].x
    room = max(step - 12, 60.0) if index else upright.x - 8
    for value, label in ticks(upright.axis):
        share = upright.share(value)
        y = upright.bottom + (share or 0.0) * (upright.top - upright.bottom)
        body.append(svg.line(upright.x - 3, y, upright.x + 3, y, "c-axis"))
        x, shown = upright.x - 6, svg.fitted(label, room, _TICK_SIZE)
        body.append(svg.text(x, y + 3.5, shown, kind="c-ink c-halo", anchor="end", extra=halo, full=label))
    return [*body, _name(upright, index, len(uprights), step)]


def _name(upright: Upright, index: int, count: int, step: float) -> str:
    """The name of an axis: in two rows in turn where there are many, and the last one's above these."""
    rows, last = 1 + (count > 4), index == count - 1
    name = svg.fitted(upright.axis.label, svg.WIDTH / 2 if last else rows * step - 10)
    half = svg.text_width(name) / 2
    anchor, x = "middle", upright.x
    if last:
        anchor, x = "end", float(svg.WIDTH - svg.MARGIN)
    elif x - half < svg.MARGIN:
        anchor, x = "start", float(svg.MARGIN)
    y = upright.top - 14 - _NAME_ROW * (rows if last else index % rows)
    bold = ' font-weight="600"' if last else ""
    return svg.text(x, y, name, anchor=anchor, extra=bold, full=upright.axis.label)
