from __future__ import annotations

import re

from hypothesis import given, settings
from markdown_it import MarkdownIt

from runner.results.charts.mermaid import MOST_BARS, MOST_LINES, diagram
from runner.results.model import Bar, BarChart, Chart, LineChart, Series
from tests.results.charts.strategies import any_chart

TEXT = r'"(?!\s)[^"`;{}\[\]<>&#\\\n]+"'
NUMBER = r"-?\d+(?:\.\d+)?"
LIST = rf"\[{NUMBER}(?:, {NUMBER})*\]"
SETTINGS = re.compile(r'%%\{init: \{"xyChart": \{"width": 720, "height": \d+\}, "themeVariables": .*\}\}\}%%')
LINES = (
    re.compile(rf"    title {TEXT}"),
    re.compile(rf"    x-axis (?:{TEXT} )?({NUMBER}) --> ({NUMBER})"),
    re.compile(rf"    x-axis \[({TEXT}(?:, {TEXT})*)\]"),
    re.compile(rf"    y-axis (?:{TEXT} )?({NUMBER}) --> ({NUMBER})"),
    re.compile(rf"    (?:bar|line) (?:{TEXT} )?({LIST})"),
)


def block(chart: Chart) -> str:
    """What Mermaid is given: the one fenced block, if there is one."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(diagram(chart))
    kinds = [token.type for token in tokens]
    paragraph = ["paragraph_open", "inline", "paragraph_close"]
    assert kinds in (["fence"], paragraph, ["fence", *paragraph])
    return tokens[0].content if tokens[0].info == "mermaid" else ""


def plots(text: str) -> list[list[float]]:
    return [
        [float(one) for one in found[1].split(", ")]
        for found in re.finditer(r"(?:bar|line) .*\[(.*)\]", text)
    ]


@settings(max_examples=150, deadline=None)
@given(chart=any_chart)
def test_whatever_the_data_the_block_is_whole_and_nothing_breaks_out(chart: Chart) -> None:
    text = block(chart)
    if not text:
        return
    first, kind, *body = text.rstrip("\n").split("\n")
    assert SETTINGS.fullmatch(first)
    assert kind in ("xychart-beta", "xychart-beta horizontal")
    for line in body:
        assert "%%" not in line
        assert any(pattern.fullmatch(line) for pattern in LINES), line
    for low, high in re.findall(rf"({NUMBER}) --> ({NUMBER})", text):
        assert float(low) < float(high)
    assert len({len(values) for values in plots(text)}) == 1
    if names := LINES[2].search(text):
        labels = re.findall(TEXT, names[1])
        assert len(set(labels)) == len(labels) == len(plots(text)[0])


def test_which_line_is_which_is_said_below() -> None:
    series = (Series("one", ((0, 1.0), (1, 2.0))), Series("<two>", ((0, 3.0), (1, 0.25))))
    words = diagram(LineChart("c", "t", "x", "y", series)).partition("\n```\n")[2]
    assert words.strip() == r"Lines: blue one (ends at 2), orange \<two\> (ends at 0.25)."


def test_a_line_that_is_shorter_than_others_is_explained_and_further_lines_are_counted() -> None:
    many = tuple(Series(f"s{index}", ((0, 1.0), (9.0 if index else 1.0, 2.0))) for index in range(20))
    words = diagram(LineChart("c", "t", "x", "y", many))
    assert "A line that begins late or ends early goes on flat." in words
    assert words.endswith(f"{20 - MOST_LINES} more are only in the picture.")
    assert len(plots(words)) == MOST_LINES


def test_bars_begin_at_zero_and_their_intervals_are_said_below() -> None:
    chart = BarChart("c", "t", "y", (Bar("a", 0.5, 0.25, 0.75), Bar("b", 0.625)), 0.5)
    assert 'y-axis "y" 0 --> ' in block(chart)
    assert plots(block(chart)) == [[0.5, 0.625], [0.5, 0.5]]
    assert diagram(chart).endswith("a 0.500 (0.250 to 0.750), b 0.625. Reference (the line): 0.5.")


def test_values_below_zero_are_a_line_as_bars_would_begin_at_the_lowest() -> None:
    text = block(BarChart("c", "t", "y", (Bar("a", -1.0), Bar("b", 2.0))))
    assert "    line [-1, 2]" in text
    assert "bar" not in text


def test_further_bars_are_counted() -> None:
    chart = BarChart("c", "t", "y", tuple(Bar(f"b{index}", 1.0) for index in range(60)))
    assert len(plots(block(chart))[0]) == MOST_BARS
    assert diagram(chart).endswith(f"{60 - MOST_BARS} more are only in the picture.")


def test_a_single_value_needs_no_picture() -> None:
    assert diagram(BarChart("c", "t", "y", (Bar("a", 3.0),))) == "a 3.000."
    assert diagram(LineChart("c", "t", "x", "y", (Series("a", ((5.0, 3.0),)),))) == "a 3.000."
    assert diagram(BarChart("c", "t", "y", ())) == "No data."


def test_lines_of_one_point_each_are_bars() -> None:
    series = (Series("a", ((5.0, 3.0),)), Series("b", ((5.0, 4.0),)))
    assert plots(block(LineChart("c", "t", "x", "y", series))) == [[3.0, 4.0]]


def test_very_large_and_very_small_numbers_are_counted_in_powers_of_ten() -> None:
    text = block(LineChart("c", "t", "steps", "loss", (Series("a", ((0, 1e-7), (2e6, 5e-7))),)))
    assert 'x-axis "steps (×10⁶)" 0 --> 2' in text
    assert 'y-axis "loss (×10⁻⁹)" 100 --> 500' in text
    assert plots(text) == [[100.0, 500.0]]
