from __future__ import annotations

import json
import math
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.results.metrics import MOST_BYTES, MOST_POINTS, read_metrics, read_progress
from runner.results.model import Metric


def write(folder: Path, document: object) -> Path:
    (folder / "metrics.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


def progress(folder: Path, text: str) -> Path:
    (folder / "metrics.jsonl").write_text(text, encoding="utf-8")
    return folder


def test_companions_become_part_of_their_metric(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        {
            "win_rate": 0.6,
            "win_rate.trials": 500,
            "champion.win_rate": 0.5,
            "champion.win_rate.trials": 400,
            "reward": 12.5,
            "reward.stddev": 2.0,
            "reward.count": 30,
            "games": 7,
        },
    )
    assert read_metrics(folder) == (
        {
            "champion.win_rate": Metric(0.5, trials=400),
            "games": Metric(7.0),
            "reward": Metric(12.5, stddev=2.0, count=30),
            "win_rate": Metric(0.6, trials=500),
        },
        [],
    )


def test_what_paired_seeds_said_becomes_part_of_its_metric(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        {
            "success_rate": 0.6,
            "success_rate.trials": 50,
            "success_rate.gained": 30,
            "success_rate.lost": 20,
            "reward": 1.5,
            "reward.stddev": 2.0,
            "reward.count": 50,
            "reward.paired_stddev": 0.5,
        },
    )
    assert read_metrics(folder) == (
        {
            "reward": Metric(1.5, stddev=2.0, count=50, paired_stddev=0.5),
            "success_rate": Metric(0.6, trials=50, gained=30, lost=20),
        },
        [],
    )


def test_a_number_of_such_a_name_in_other_company_is_a_metric_by_itself(tmp_path: Path) -> None:
    document = {"games.lost": 4, "games.gained": 2, "x": 0.5, "x.paired_stddev": 3, "x.count": 7}
    metrics, warnings = read_metrics(write(tmp_path, {**document, "games": 10}))
    assert metrics == {name: Metric(float(value)) for name, value in {**document, "games": 10}.items()}
    assert warnings == []


def test_a_rate_that_was_rounded_may_have_gained_all_that_it_won(tmp_path: Path) -> None:
    document = {"x": 0.333, "x.trials": 3, "x.gained": 1, "x.lost": 2}
    assert read_metrics(write(tmp_path, document))[0] == {"x": Metric(0.333, trials=3, gained=1, lost=2)}


def test_no_file_is_no_metrics_and_no_warning(tmp_path: Path) -> None:
    assert read_metrics(tmp_path) == ({}, [])


@pytest.mark.parametrize(
    "document",
    [
        {"win_rate.trials": 5},
        {"reward.stddev": 1.5, "reward.count": 5},
        {"win_rate": math.nan, "win_rate.trials": 5},
    ],
)
def test_a_companion_of_nothing_is_left_out_with_a_warning(
    tmp_path: Path, document: dict[str, float]
) -> None:
    metrics, warnings = read_metrics(write(tmp_path, {**document, "errors": 3, "errors.count": 4}))
    assert metrics == {"errors": Metric(3.0), "errors.count": Metric(4.0)}
    assert any("there is no usable" in warning for warning in warnings)


@pytest.mark.parametrize(
    "document",
    [
        {"x": 1.5, "x.trials": 10},
        {"x": -0.1, "x.trials": 10},
        {"x": 0.5, "x.trials": 0},
        {"x": 0.5, "x.trials": -4},
        {"x": 0.5, "x.trials": 10.5},
        {"x": 0.5, "x.trials": "4000"},
        {"x": 0.5, "x.trials": None},
        {"x": 0.5, "x.trials": math.nan},
        {"x": 0.5, "x.stddev": 1.0},
        {"x": 0.5, "x.stddev": -1.0, "x.count": 5},
        {"x": 0.5, "x.stddev": 1.0, "x.count": 1},
        {"x": 0.5, "x.stddev": "wide", "x.count": 5},
        {"x": 0.5, "x.trials": 10, "x.gained": 3},
        {"x": 0.5, "x.trials": 10, "x.lost": 3},
        {"x": 0.5, "x.trials": 10, "x.gained": 6, "x.lost": 0},
        {"x": 0.5, "x.trials": 10, "x.gained": 0, "x.lost": 6},
        {"x": 0.9, "x.trials": 10, "x.gained": 9, "x.lost": 2},
        {"x": 0.5, "x.trials": 10, "x.gained": -1, "x.lost": 0},
        {"x": 0.5, "x.trials": 10, "x.gained": 1.5, "x.lost": 0},
        {"x": 0.5, "x.trials": 10, "x.gained": "1", "x.lost": 0},
        {"x": 0.5, "x.stddev": 1.0, "x.count": 5, "x.paired_stddev": -1},
        {"x": 0.5, "x.stddev": 1.0, "x.count": 5, "x.paired_stddev": math.nan},
    ],
)
def test_a_metric_whose_sample_makes_no_sense_does_not_pass_for_exact(
    tmp_path: Path, document: dict[str, object]
) -> None:
    metrics, warnings = read_metrics(write(tmp_path, document))
    assert metrics == {}
    assert any("x was left out: " in warning for warning in warnings)


def test_a_sample_behind_the_last_metric_that_is_read_counts_as_declared(tmp_path: Path) -> None:
    document = {f"a{index:03}": index for index in range(999)} | {"x": 0.5, "x.trials": 100}
    metrics, _ = read_metrics(write(tmp_path, document))
    assert "x" not in metrics


def test_what_is_no_finite_number_is_named_and_left_out(tmp_path: Path) -> None:
    document = {"a": math.nan, "b": math.inf, "c": "1", "d": True, "e": None, "f": 10**400, "good": 1}
    metrics, (warning,) = read_metrics(write(tmp_path, document))
    assert metrics == {"good": Metric(1.0)}
    assert "'a', 'b', 'c', 'd', 'e', …" in warning


def test_a_name_that_could_disturb_a_terminal_is_left_out(tmp_path: Path) -> None:
    metrics, (warning,) = read_metrics(write(tmp_path, {"a\x1b[2J": 1, "b\nc": 2, "x" * 300: 3}))
    assert metrics == {}
    assert "\x1b" not in warning
    assert "\n" not in warning


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[1, 2]", "must be an object"),
        (b"null", "must be an object"),
        (b"{", "it is not JSON"),
        (b"\xff\xfe{}", "it is not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"x": ' + b"1" * 5_000 + b"}", "ignored: it holds a whole number of thousands of digits"),
        (b" " * (MOST_BYTES + 1), "larger than"),
    ],
)
def test_a_file_of_another_shape_is_a_warning(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "metrics.json").write_bytes(content)
    metrics, (warning,) = read_metrics(tmp_path)
    assert metrics == {}
    assert reason in warning


def test_links_pipes_and_folders_are_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text('{"x": 1}', encoding="utf-8")
    for make in (lambda path: path.symlink_to(secret), os.mkfifo, Path.mkdir):
        folder = tmp_path / f"case-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        make(folder / "metrics.json")
        make(folder / "metrics.jsonl")
        metrics, warnings = read_metrics(folder)
        assert metrics == {}
        assert len(warnings) == 1
        assert read_progress(folder) == []


def test_too_many_metrics_are_cut_with_a_warning(tmp_path: Path) -> None:
    metrics, (warning,) = read_metrics(write(tmp_path, {f"m{index:05}": index for index in range(1_500)}))
    assert len(metrics) == 1_000
    assert "only the first 1,000" in warning


def test_progress_keeps_the_order_and_passes_over_what_is_torn(tmp_path: Path) -> None:
    folder = progress(
        tmp_path, '{"step": 1, "loss": 2}\nnoise\n{"step": 2, "loss": NaN}\n[]\n{"step": 3, "lo'
    )
    assert read_progress(folder) == [{"step": 1.0, "loss": 2.0}, {"step": 2.0}]


@settings(max_examples=25, deadline=None)
@given(count=st.integers(1, 5_000))
def test_long_progress_is_thinned_with_both_ends_kept(
    tmp_path_factory: pytest.TempPathFactory, count: int
) -> None:
    folder = tmp_path_factory.mktemp("progress")
    points = read_progress(progress(folder, "".join(f'{{"step": {index}}}\n' for index in range(count))))
    steps = [point["step"] for point in points]
    assert len(steps) == min(count, len(steps)) <= MOST_POINTS
    assert len(steps) >= min(count, MOST_POINTS // 2)
    assert steps == sorted(set(steps))
    assert (steps[0], steps[-1]) == (0, count - 1)


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=200))
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    (folder / "metrics.json").write_bytes(content)
    (folder / "metrics.jsonl").write_bytes(content)
    metrics, _ = read_metrics(folder)
    assert all(math.isfinite(metric.value) for metric in metrics.values())
    assert isinstance(read_progress(folder), list)
