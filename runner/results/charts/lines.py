"""Line charts: progress over time."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from runner.results.charts import svg
from runner.results.charts.scale import Axis, axis, drawable
from runner.results.metrics import MOST_POINTS, thin
from runner.results.model import LineChart, Series

MOST_SERIES = 16
_PLOT_HEIGHT = 250.0
_LEGEND_ROW = 20.0
_DASHES = ("", ' stroke-dasharray="6 3"')


class Plot(Struct, frozen=True):
    """The rectangle that the data is drawn in, and its axes."""

    left: float
    top: float
    right: float
    bottom: float
    x: Axis
    y: Axis

    def at(self, point: tuple[float, float]) -> tuple[float, float]:
        """Where a point of the data lies, in pixels."""
        x = self.x.position(point[0], self.left, self.right)
        return x, self.y.position(point[1], self.bottom, self.top)


def line_chart(chart: LineChart) -> str:
    """The chart as an SVG document."""
    shown = [_finite(series) for series in chart.series]
    shown = [series for series in shown if series.points]
    left_out = max(0, len(shown) - MOST_SERIES)
    shown = shown[:MOST_SERIES]
    title = svg.fitted(chart.title, svg.WIDTH - 2 * svg.MARGIN, 15)
    body = [svg.text(svg.MARGIN, 28, title, extra=' font-size="15" font-weight="600"', full=chart.title)]
    legend, top = _legend(shown, left_out, 40.0)
    body += legend
    if not shown:
        body.append(svg.text(svg.MARGIN, 64, "No data.", kind="c-faint"))
        return svg.document(84, chart.title, body)
    plot = _plot(shown, top + 32)
    body += _frame(plot, chart)
    for index, series in enumerate(shown):
        body.append(_curve(plot, series, index))
    return svg.document(plot.bottom + 52, chart.title, body)


def _finite(series: Series) -> Series:
    points = [point for point in series.points if drawable(point[0]) and drawable(point[1])]
    return replace(series, points=tuple(thin(points, MOST_POINTS)))


def _plot(shown: Sequence[Series], top: float) -> Plot:
    xs = [point[0] for series in shown for point in series.points]
    ys = [point[1] for series in shown for point in series.points]
    y = axis(ys, 5)
    left = svg.MARGIN + max(svg.text_width(label) for label in y.labels) + 8
    right = svg.WIDTH - svg.MARGIN - 14.0
    return Plot(left, top, right, top + _PLOT_HEIGHT, axis(xs, 8, fitted=True), y)


def _legend(shown: Sequence[Series], left_out: int, top: float) -> tuple[list[str], float]:
    """The names of the series in rows, and where the rows end; one alone is named by its axis."""
    if len(shown) < 2:
        return [], top
    body, x, y = [], float(svg.MARGIN), top + 8
    for index, series in enumerate(shown):
        name = svg.fitted(series.name, 240)
        width = 26 + svg.text_width(name) + 16
        if x + width > svg.WIDTH - svg.MARGIN and x > svg.MARGIN:
            x, y = float(svg.MARGIN), y + _LEGEND_ROW
        body.append(_dot(x + 10, y, index) if series.dots else _sample(x, y, index))
        body.append(svg.text(x + 26, y + 4, name, full=series.name))
        x += width
    if left_out:
        y += _LEGEND_ROW
        body.append(svg.text(svg.MARGIN, y + 4, f"and {left_out} more, not shown", kind="c-faint"))
    return body, y + 8


def _sample(x: float, y: float, index: int) -> str:
    return svg.line(x, y, x + 20, y, f"c-line{index % svg.COLOURS}", _stroke(index))


def _dot(x: float, y: float, index: int, radius: int = 3) -> str:
    place = f'cx="{svg.number(x)}" cy="{svg.number(y)}" r="{radius}"'
    return f'<circle class="c-fill{index % svg.COLOURS}" {place}/>'


def _stroke(index: int) -> str:
    return f' stroke-width="2"{_DASHES[index // svg.COLOURS % len(_DASHES)]}'


def _frame(plot: Plot, chart: LineChart) -> list[str]:
    body = [svg.text(svg.MARGIN, plot.top - 14, svg.fitted(chart.y_label, 600), kind="c-faint")]
    for tick, label in zip(plot.y.ticks, plot.y.labels, strict=True):
        y = plot.y.position(tick, plot.bottom, plot.top)
        body.append(svg.line(plot.left, y, plot.right, y, "c-grid"))
        body.append(svg.text(plot.left - 8, y + 4, label, kind="c-faint", anchor="end"))
    for tick, label in zip(plot.x.ticks, plot.x.labels, strict=True):
        x = plot.x.position(tick, plot.left, plot.right)
        body.append(svg.line(x, plot.bottom, x, plot.bottom + 5, "c-axis"))
        body.append(svg.text(x, plot.bottom + 19, label, kind="c-faint", anchor="middle"))
    body.append(svg.line(plot.left, plot.bottom, plot.right, plot.bottom, "c-axis"))
    middle = (plot.left + plot.right) / 2
    x_label = svg.fitted(chart.x_label, 500)
    body.append(svg.text(middle, plot.bottom + 38, x_label, kind="c-faint", anchor="middle"))
    return body


def _curve(plot: Plot, series: Series, index: int) -> str:
    """A line through the points in order, or a dot where there is but one, or only dots are wanted."""
    places = [plot.at(point) for point in series.points]
    if len(places) == 1:
        return _dot(*places[0], index, 4)
    if series.dots:
        return "\n".join(_dot(x, y, index) for x, y in places)
    path = " ".join(f"{svg.number(x)},{svg.number(y)}" for x, y in places)
    return (
        f'<polyline class="c-line{index % svg.COLOURS}" fill="none" stroke-linejoin="round"'
        f'{_stroke(index)} points="{path}"><title>{svg.escape(series.name)}</title></polyline>'
    )
