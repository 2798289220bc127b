"""Charts as Mermaid, for pages that draw it: GitHub shows no image of a private repository."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final

from runner.results.charts.grid import Row, on_one_grid
from runner.results.charts.mermaid_text import axis_line, counted, power_of, quoted, values
from runner.results.charts.scale import axis, drawable
from runner.results.charts.svg import fitted
from runner.results.markdown import escape, fence
from runner.results.model import Bar, BarChart, Chart, LineChart, ParallelChart, Series
from runner.results.numbers import compact, fixed

MOST_LINES: Final = 8
MOST_BARS: Final = 20
_WIDTH: Final = 720
_LABEL_WIDTH: Final = 180.0
# Of middle brightness: they show on a light and on a dark page.
_COLOURS: Final = {
    "blue": "#2f81f7",
    "orange": "#d97706",
    "green": "#1a9850",
    "purple": "#a371f7",
    "red": "#e5534b",
    "teal": "#1b9e9e",
    "brown": "#a0713c",
    "pink": "#db61a2",
}
_INK: Final = "#7d8590"
_INKED: Final = ("Title", "Label", "Tick", "Line")


def diagram(chart: Chart) -> str:
    """The chart as Markdown: a block of Mermaid, and in words what a reader cannot see in it.

    Without the block where fewer than two values are to be seen, and for parallel coordinates, which
    Mermaid does not have.
    """
    if isinstance(chart, ParallelChart):
        return _parallel_words(chart)
    return _line_chart(chart) if isinstance(chart, LineChart) else _bar_chart(chart)


def _line_chart(chart: LineChart) -> str:
    dots = [series for series in chart.series if series.dots]
    grid = on_one_grid([series for series in chart.series if not series.dots] or chart.series)
    rows = grid.rows[:MOST_LINES]
    if grid.low == grid.high:
        bars = tuple(Bar(row.name, row.values[0]) for row in grid.rows)
        return _bar_chart(BarChart(chart.name, chart.title, chart.y_label, bars))
    heights = [value for row in rows for value in row.values]
    power, across = power_of(heights), power_of([grid.low, grid.high])
    scale = axis(counted(heights, power), 5)
    body = [
        axis_line("x", chart.x_label, across, *counted((grid.low, grid.high), across)),
        axis_line("y", chart.y_label, power, scale.low, scale.high),
    ]
    for row in rows:
        name = f"{quoted(row.name, 24) or quoted('(unnamed)')} " if len(rows) > 1 else ""
        body.append(f"line {name}{values(row.values, power, scale.high - scale.low)}")
    words = _line_words(rows, len(grid.rows), _dot_words(dots) if len(dots) < len(chart.series) else "")
    parts = (_block(chart, "xychart-beta", 320, body), words)
    return "\n\n".join(filter(None, parts))


def _bar_chart(chart: BarChart) -> str:
    """The bars lie, so that their names have room. They begin at the axis: below zero, a line is drawn."""
    drawn = [bar for bar in chart.bars if drawable(bar.value)]
    bars = drawn[:MOST_BARS]
    words = _bar_words(chart, bars, len(drawn))
    if len(bars) < 2:
        return words
    reference = [] if chart.reference is None or not drawable(chart.reference) else [chart.reference]
    lengths = [bar.value for bar in bars]
    power = power_of([*lengths, *reference])
    positive = min(lengths) >= 0
    scale = axis(counted((*lengths, *reference), power), 5, with_zero=positive)
    width = scale.high - scale.low
    body = [
        f"x-axis [{', '.join(_names(bars))}]",
        axis_line("y", chart.y_label, power, scale.low, scale.high),
        f"{'bar' if positive else 'line'} {values(lengths, power, width)}",
    ]
    body += [f"line {values([value] * len(bars), power, width)}" for value in reference]
    return f"{_block(chart, 'xychart-beta horizontal', 120 + 30 * len(bars), body)}\n\n{words}"


def _block(chart: Chart, kind: str, height: int, body: Iterable[str]) -> str:
    title = [f"title {quoted(chart.title, 100)}"] if quoted(chart.title) else []
    lines = "\n".join(f"    {line}" for line in (*title, *body))
    return fence(f"{_settings(height)}\n{kind}\n{lines}", "mermaid")


def _settings(height: int) -> str:
    """Size (pixels) and colours: Mermaid's own are too faint, and differ from page to page."""
    ink = {f"{side}Axis{part}Color": _INK for side in "xy" for part in _INKED}
    theme = {"backgroundColor": "transparent", "titleColor": _INK, "legendTextColor": _INK, **ink}
    theme["plotColorPalette"] = ", ".join(_COLOURS.values())
    config = {"xyChart": {"width": _WIDTH, "height": height}, "themeVariables": {"xyChart": theme}}
    return f"%%{{init: {json.dumps(config)}}}%%"


def _line_words(rows: Sequence[Row], total: int, dots: str) -> str:
    """Which line is which, as not every version of Mermaid has a legend."""
    sentences = []
    if len(rows) > 1:
        named = ", ".join(
            f"{colour} {escape(row.name, 60) or '(unnamed)'} (ends at {compact(row.values[-1])})"
            for colour, row in zip(_COLOURS, rows, strict=False)
        )
        sentences.append(f"Lines: {named}.")
    if any(row.stretched for row in rows):
        sentences.append("A line that begins late or ends early goes on flat.")
    if total > len(rows):
        sentences.append(f"{total - len(rows)} more are only in the picture.")
    return " ".join(filter(None, (*sentences, dots)))


def _dot_words(dots: Sequence[Series]) -> str:
    names = ", ".join(escape(series.name, 60) or "(unnamed)" for series in dots[:MOST_LINES])
    return f"Only in the picture, as dots: {names}." if names else ""


def _parallel_words(chart: ParallelChart) -> str:
    names = ", ".join(escape(axis.label, 60) or "(unnamed)" for axis in chart.axes[:MOST_BARS])
    noun = "line" if len(chart.lines) == 1 else "lines"
    return f"{len(chart.lines)} {noun} across {names}." if chart.lines and names else "No data."


def _bar_words(chart: BarChart, bars: Sequence[Bar], total: int) -> str:
    """The values with their intervals, which Mermaid does not draw."""
    if not bars:
        return "No data."
    small = all(abs(bar.value) <= 10 for bar in bars)
    sentences = [", ".join(_bar_text(bar, small) for bar in bars) + "."]
    if chart.reference is not None and drawable(chart.reference):
        sentences.append(f"Reference{' (the line)' if len(bars) > 1 else ''}: {compact(chart.reference)}.")
    if total > len(bars):
        sentences.append(f"{total - len(bars)} more are only in the picture.")
    return " ".join(sentences)


def _bar_text(bar: Bar, small: bool) -> str:
    def text(value: float) -> str:
        return fixed(value) if small and abs(value) <= 10 else compact(value)

    known = bar.low is not None and bar.high is not None and drawable(bar.low) and drawable(bar.high)
    interval = f" ({text(bar.low or 0.0)} to {text(bar.high or 0.0)})" if known else ""
    return f"{escape(bar.label, 60) or '(unnamed)'} {text(bar.value)}{interval}"


def _names(bars: Sequence[Bar]) -> list[str]:
    """A name of its own for every bar: Mermaid draws bars of one name over each other."""
    names: list[str] = []
    for number, bar in enumerate(bars, 1):
        name = quoted(fitted(bar.label, _LABEL_WIDTH)) or quoted("(unnamed)")
        while name in names:
            name = f'{name[:-1]} ({number})"'
        names.append(name)
    return names
