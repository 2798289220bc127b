"""Charts as self-contained SVG: readable on light and dark pages, the same bytes every time."""

from __future__ import annotations

import re

from runner.results.charts.bars import bar_chart
from runner.results.charts.lines import line_chart
from runner.results.charts.parallel import parallel_chart
from runner.results.model import Chart, LineChart, ParallelChart

__all__ = ["file_names", "render"]


def render(chart: Chart) -> str:
    """A chart as an SVG document, with no outside reference and no script."""
    if isinstance(chart, ParallelChart):
        return parallel_chart(chart)
    return line_chart(chart) if isinstance(chart, LineChart) else bar_chart(chart)


def file_names(charts: tuple[Chart, ...]) -> tuple[str, ...]:
    """A safe file name for every chart, from its name; a second one of a name gets a number."""
    names: list[str] = []
    for chart in charts:
        stem = re.sub(r"[^a-z0-9]+", "-", chart.name.lower()).strip("-")[:60] or "chart"
        name, number = f"{stem}.svg", 2
        while name in names:
            name, number = f"{stem}-{number}.svg", number + 1
        names.append(name)
    return tuple(names)
