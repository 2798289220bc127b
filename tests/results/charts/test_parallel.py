from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from itertools import pairwise

from runner.results.charts import render
from runner.results.charts.mermaid import diagram
from runner.results.charts.parallel import LEVELS, MOST_AXES, MOST_LINES
from runner.results.model import Axis, LineChart, ParallelChart, Series

NAMESPACE = "{http://www.w3.org/2000/svg}"
REWARD = Axis("train/roll/ep_rew/mean", 20.0, 480.0)


def chart(*lines: tuple[float | None, ...], best: int | None = 0, higher: bool = True) -> ParallelChart:
    axes = (
        Axis("batch_size", 0.0, 2.0, ticks=("32", "64", "128")),
        Axis("policy_lr.start", 1e-5, 1e-2, log=True),
        Axis("clip", 0.1, 0.4),
        REWARD,
    )
    return ParallelChart("parallel", "Trials across their parameters", axes, lines, best, higher)


def texts(drawn: ParallelChart) -> list[str]:
    root = ElementTree.fromstring(render(drawn))
    return [element.text or "" for element in root.iter(f"{NAMESPACE}text")]


def polylines(drawn: ParallelChart) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(render(drawn)).iter(f"{NAMESPACE}polyline"))


def heights(line: ElementTree.Element) -> list[float]:
    return [float(pair.split(",")[1]) for pair in line.attrib["points"].split()]


def test_parallel_coordinates_look_like_their_golden_picture(golden: Callable[[str, str], None]) -> None:
    golden(
        "parallel.svg",
        render(chart((2.0, 1e-3, 0.2, 480.0), (0.0, 1e-5, 0.4, 20.0), (1.0, None, 0.1, 250.0))),
    )


def test_choices_are_named_in_order_and_ranges_have_round_ticks() -> None:
    shown = texts(chart((2.0, 1e-3, 0.2, 480.0), (0.0, 1e-5, 0.4, 20.0)))
    assert {"32", "64", "128", "1e-05", "0.0001", "0.001", "0.01", "0.1", "0.4"} <= set(shown)


def test_a_logarithmic_axis_gives_every_power_of_ten_the_same_room() -> None:
    drawn = chart(*((0.0, 10.0**power, 0.1, 20.0) for power in (-5, -4, -3, -2)))
    places = sorted(heights(line)[1] for line in polylines(drawn))
    steps = {round(after - before) for before, after in pairwise(places)}
    assert len(steps) == 1


def test_the_best_line_is_thick_and_above_all_others() -> None:
    drawn = polylines(chart((0.0, 1e-3, 0.2, 480.0), (1.0, 1e-4, 0.2, 100.0), (2.0, 1e-5, 0.4, 20.0)))
    assert [line.attrib["stroke-width"] for line in drawn] == ["1.4", "1.4", "3"]
    assert heights(drawn[-1])[-1] == min(heights(line)[-1] for line in drawn)


def test_better_lines_have_stronger_colours_whichever_way_is_better() -> None:
    lines = ((0.0, 1e-3, 0.2, 480.0), (1.0, 1e-4, 0.2, 20.0))
    for higher, last in ((True, 480.0), (False, 20.0)):
        first, second = polylines(chart(*lines, best=None, higher=higher))
        assert (first.attrib["class"], second.attrib["class"]) == ("c-level0", f"c-level{LEVELS - 1}")
        assert texts(chart(*lines, best=None, higher=higher))[2] == str(round(last))


def test_a_line_breaks_where_a_trial_has_no_value() -> None:
    drawn = chart((0.0, None, 0.2, 480.0))
    assert [len(heights(line)) for line in polylines(drawn)] == [2]


def test_of_many_lines_a_few_hundred_are_drawn_and_the_best_among_them() -> None:
    lines = [(0.0, 1e-3, 0.2, 20.0 + index / 10) for index in range(4_000)]
    drawn = chart(*lines, best=3_999)
    assert len(polylines(drawn)) == MOST_LINES
    assert polylines(drawn)[-1].attrib["stroke-width"] == "3"
    assert f"{MOST_LINES} of 4000 drawn" in texts(drawn)


def test_of_many_axes_the_first_are_drawn_and_the_last() -> None:
    axes = (*(Axis(f"p{index}", 0.0, 1.0) for index in range(20)), REWARD)
    drawn = ParallelChart("p", "t", axes, ((*(0.5 for _ in range(20)), 480.0),), 0)
    shown = texts(drawn)
    assert REWARD.label in shown
    assert f"{21 - MOST_AXES} more parameters not shown" in shown
    assert len(heights(polylines(drawn)[0])) == MOST_AXES


def test_parallel_coordinates_are_only_words_where_mermaid_is_drawn() -> None:
    words = diagram(chart((0.0, 1e-3, 0.2, 480.0)))
    assert words == "1 line across batch_size, policy_lr.start, clip, train/roll/ep_rew/mean."


def test_dots_stand_alone_in_the_picture_and_are_left_out_of_the_diagram() -> None:
    points = tuple((float(index), float(index % 3)) for index in range(9))
    drawn = LineChart(
        "h", "t", "x", "y", (Series("trials", points, dots=True), Series("best so far", points))
    )
    picture = render(drawn)
    assert picture.count("<circle") == 9 + 1
    assert picture.count("<polyline") == 1
    text = diagram(drawn)
    assert len(re.findall(r"^    line ", text, re.MULTILINE)) == 1
    assert text.endswith("Only in the picture, as dots: trials.")
