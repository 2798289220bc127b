"""Bar charts: values side by side. The bars lie, so that long names have room and never collide."""

from __future__ import annotations

from runner.results.charts import svg
from runner.results.charts.scale import Axis, axis, drawable
from runner.results.model import Bar, BarChart
from runner.results.numbers import compact, fixed

MOST_BARS = 60
_ROW = 28.0
_BAR = 16.0
_LONGEST_LABEL = 260.0


def bar_chart(chart: BarChart) -> str:
    """The chart as an SVG document.

    Bars begin at zero. Where all values lie close together and far from zero, the axis does not
    reach down to it, and dots take the bars' place: a bar that does not begin at zero misleads.
    """
    bars = [bar for bar in chart.bars if drawable(bar.value)]
    left_out = max(0, len(bars) - MOST_BARS)
    bars = bars[:MOST_BARS]
    title = svg.fitted(chart.title, svg.WIDTH - 2 * svg.MARGIN, 15)
    body = [svg.text(svg.MARGIN, 28, title, extra=' font-size="15" font-weight="600"', full=chart.title)]
    if not bars:
        body.append(svg.text(svg.MARGIN, 64, "No data.", kind="c-faint"))
        return svg.document(84, chart.title, body)
    return _drawn(chart, bars, left_out, body)


def _drawn(chart: BarChart, bars: list[Bar], left_out: int, body: list[str]) -> str:
    reference = chart.reference if chart.reference is not None and drawable(chart.reference) else None
    extent = [edge for bar in bars for edge in _edges(bar)] + ([] if reference is None else [reference])
    dots = _far_from_zero(extent)
    scale = axis(extent, 6, with_zero=not dots)
    labels = [svg.fitted(bar.label, _LONGEST_LABEL) for bar in bars]
    values = [_value_text(bar, bars) for bar in bars]
    left = svg.MARGIN + max(svg.text_width(label) for label in labels) + 10
    right = svg.WIDTH - svg.MARGIN - max(svg.text_width(value) for value in values) - 14
    top = 50.0 if reference is None else 66.0
    bottom = top + _ROW * len(bars)
    body += _frame(scale, left, top, right, bottom)
    for index, (bar, label, value) in enumerate(zip(bars, labels, values, strict=True)):
        middle = top + _ROW * (index + 0.5)
        body.append(svg.text(left - 10, middle + 4, label, anchor="end", full=bar.label))
        body += _mark(bar, scale, left, right, middle, dots=dots)
        body.append(svg.text(svg.WIDTH - svg.MARGIN, middle + 4, value, anchor="end"))
    if reference is not None:
        body += _reference(reference, scale, left, top, right, bottom)
    axis_label = svg.fitted(chart.y_label, right - left)
    body.append(svg.text((left + right) / 2, bottom + 38, axis_label, kind="c-faint", anchor="middle"))
    if left_out:
        body.append(svg.text(svg.MARGIN, bottom + 38, f"and {left_out} more", kind="c-faint"))
    return svg.document(bottom + 52, chart.title, body)


def _edges(bar: Bar) -> list[float]:
    edges = [
        bar.value,
        bar.value if bar.low is None else bar.low,
        bar.value if bar.high is None else bar.high,
    ]
    return [edge for edge in edges if drawable(edge)]


def _far_from_zero(extent: list[float]) -> bool:
    """Whether the values span less than a third of their distance from zero."""
    low, high = min(extent), max(extent)
    return low * high > 0 and high > low and (high - low) * 3 < min(abs(low), abs(high))


def _value_text(bar: Bar, bars: list[Bar]) -> str:
    """The value, with three decimals if all are of the size of rates."""
    return fixed(bar.value) if all(abs(one.value) <= 10 for one in bars) else compact(bar.value)


def _frame(scale: Axis, left: float, top: float, right: float, bottom: float) -> list[str]:
    body = []
    for tick, label in zip(scale.ticks, scale.labels, strict=True):
        x = scale.position(tick, left, right)
        body.append(svg.line(x, top, x, bottom, "c-grid"))
        body.append(svg.text(x, bottom + 18, label, kind="c-faint", anchor="middle"))
    return body


def _mark(bar: Bar, scale: Axis, left: float, right: float, middle: float, *, dots: bool) -> list[str]:
    """The bar or dot with its whiskers."""
    x = scale.position(bar.value, left, right)
    body = []
    if not dots:
        zero = scale.position(0, left, right)
        body.append(
            f'<rect class="c-fill0" x="{svg.number(min(zero, x))}" y="{svg.number(middle - _BAR / 2)}" '
            f'width="{svg.number(abs(x - zero))}" height="{svg.number(_BAR)}" rx="2" opacity="0.75"/>'
        )
        body.append(svg.line(zero, middle - _ROW / 2, zero, middle + _ROW / 2, "c-axis"))
    if bar.low is not None and bar.high is not None and drawable(bar.low) and drawable(bar.high):
        low, high = (scale.position(edge, left, right) for edge in (bar.low, bar.high))
        body.append(svg.line(low, middle, high, middle, "c-mark", ' stroke-width="1.5"'))
        body += [
            svg.line(end, middle - 4, end, middle + 4, "c-mark", ' stroke-width="1.5"') for end in (low, high)
        ]
    if dots:
        body.append(f'<circle class="c-fill0" cx="{svg.number(x)}" cy="{svg.number(middle)}" r="5"/>')
    return body


def _reference(value: float, scale: Axis, left: float, top: float, right: float, bottom: float) -> list[str]:
    """A dashed line across all bars, named above them."""
    x = scale.position(value, left, right)
    name = f"reference {compact(value)}"
    half = svg.text_width(name) / 2
    centre = min(max(x, svg.MARGIN + half), svg.WIDTH - svg.MARGIN - half)
    return [
        svg.line(x, top - 6, x, bottom, "c-mark", ' stroke-dasharray="5 4"'),
        svg.text(centre, top - 12, name, kind="c-faint", anchor="middle"),
    ]
