from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.results.charts import file_names, render
from runner.results.charts.svg import WIDTH, fitted, text_width
from runner.results.model import Bar, BarChart, Chart, LineChart, Report, Series
from tests.results.charts.strategies import any_chart

NAMESPACE = "{http://www.w3.org/2000/svg}"


def parse(chart: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(render(chart))


def texts(chart: Chart) -> list[str]:
    return [element.text or "" for element in parse(chart).iter(f"{NAMESPACE}text")]


def bars(*values: tuple[float, float | None, float | None], reference: float | None = None) -> BarChart:
    drawn = tuple(Bar(f"bar {index}", *value) for index, value in enumerate(values))
    return BarChart("b", "Bars", "value", drawn, reference)


def test_a_line_chart_looks_like_its_golden_picture(
    tuned: Report, golden: Callable[[str, str], None]
) -> None:
    golden("progress-win-rate.svg", render(tuned.charts[0]))


def test_a_bar_chart_looks_like_its_golden_picture(tuned: Report, golden: Callable[[str, str], None]) -> None:
    golden("factions.svg", render(tuned.charts[1]))


def test_names_from_programs_are_text_and_never_markup() -> None:
    evil = "</title><script>alert(1)</script>\x00\x1b[31m&\"'"
    for chart in (
        LineChart(evil, evil, evil, evil, (Series(evil, ((0, 1), (1, 2))), Series("b", ((0, 1),)))),
        BarChart(evil, evil, evil, (Bar(evil, 1.0),)),
    ):
        tags = {element.tag.removeprefix(NAMESPACE) for element in parse(chart).iter()}
        assert tags <= {"svg", "title", "style", "rect", "text", "line", "polyline", "circle"}


def test_nothing_outside_the_picture_is_asked_for(tuned: Report) -> None:
    for chart in tuned.charts:
        picture = render(chart).replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert "http" not in picture
        assert "url(" not in picture


def test_both_colour_schemes_are_in_the_picture(tuned: Report) -> None:
    assert "prefers-color-scheme:dark" in render(tuned.charts[0])


def test_bars_begin_at_zero() -> None:
    assert "0.0" in texts(bars((0.4, None, None), (0.6, None, None)))


def test_values_close_together_and_far_from_zero_are_dots_not_cut_bars() -> None:
    chart = bars((0.50, 0.49, 0.51), (0.52, 0.51, 0.53), reference=0.5)
    tags = [element.tag.removeprefix(NAMESPACE) for element in parse(chart).iter()]
    assert tags.count("circle") == 2
    assert tags.count("rect") == 1  # the ground


def test_an_interval_has_whiskers_and_a_reference_a_dashed_line() -> None:
    plain, whole = (render(bars((1.0, low, high), reference=one)) for low, high, one in
                    ((None, None, None), (0.5, 1.5, 1.2)))  # fmt: skip
    assert plain.count("c-mark") == 2  # the style, light and dark
    assert whole.count('class="c-mark"') == 4
    assert "stroke-dasharray" in whole


@pytest.mark.parametrize(
    "chart",
    [
        LineChart("x", "Empty", "x", "y", ()),
        LineChart("x", "Nothing finite", "x", "y", (Series("a", ((0.0, math.nan), (math.inf, 1.0))),)),
        BarChart("x", "Empty", "y", ()),
        BarChart("x", "Nothing finite", "y", (Bar("a", math.nan),)),
    ],
)
def test_a_chart_without_data_says_so(chart: Chart) -> None:
    assert "No data." in texts(chart)


def test_what_is_not_drawn_is_counted() -> None:
    many = tuple(Series(f"s{index}", ((0.0, index), (1.0, index))) for index in range(20))
    assert "and 4 more, not shown" in texts(LineChart("x", "t", "x", "y", many))
    assert "and 40 more" in texts(BarChart("x", "t", "y", tuple(Bar(f"b{i}", 1.0) for i in range(100))))


def test_a_long_name_is_cut_in_its_middle_and_shown_whole_on_hover() -> None:
    name = "train/" + "x" * 200 + "-ember"
    chart = BarChart("x", "t", "y", (Bar(name, 1.0),))
    (label,) = [one for one in texts(chart) if "…" in one]
    assert label.startswith("train/")
    assert label.endswith("-ember")
    assert name in render(chart)


@given(name=st.text(max_size=150), width=st.floats(20, 400))
def test_a_fitted_name_fits(name: str, width: float) -> None:
    assert text_width(fitted(name, width)) <= width or fitted(name, width) == "…"


@settings(max_examples=150, deadline=None)
@given(chart=any_chart)
def test_whatever_the_data_the_picture_is_whole_and_the_same_again(chart: Chart) -> None:
    picture = render(chart)
    assert picture == render(chart)
    root = ElementTree.fromstring(picture)
    for element in root.iter():
        for name in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height"):
            if name in element.attrib:
                assert -5_000 <= float(element.attrib[name]) <= 5_000
        for pair in element.attrib.get("points", "").split():
            x, y = map(float, pair.split(","))
            assert 0 <= x <= WIDTH
            assert 0 <= y <= 5_000


def test_files_have_safe_names_of_their_own() -> None:
    charts = tuple(BarChart(name, "t", "y", ()) for name in ("a b", "A/B", "../../etc", "", "a-b"))
    assert file_names(charts) == ("a-b.svg", "a-b-2.svg", "etc.svg", "chart.svg", "a-b-3.svg")
