import os
from pathlib import Path

import pytest

from runner.engine.search.metric import LONGEST_LINE, MOST_BYTES, Tail, final_value


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path


def test_the_final_metric_counts_before_the_last_one_on_the_way(output: Path) -> None:
    (output / "metrics.json").write_text('{"loss": 0.25}')
    (output / "metrics.jsonl").write_text('{"loss": 0.5}\n')
    assert final_value(output, "loss") == 0.25


def test_without_a_final_metric_the_last_one_on_the_way_counts(output: Path) -> None:
    (output / "metrics.json").write_text('{"accuracy": 1}')
    (output / "metrics.jsonl").write_text('{"loss": 0.5}\n{"loss": 0.25, "step": 2}\n{"accuracy": 1}\n')
    assert final_value(output, "loss") == 0.25


def test_a_torn_last_line_does_no_harm(output: Path) -> None:
    (output / "metrics.jsonl").write_text('{"loss": 0.5}\n{"loss": 0.')
    assert final_value(output, "loss") == 0.5


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "1e999", '"0.5"', "true", "null", "[1]", "1" + "0" * 400]
)
def test_what_is_no_finite_number_is_no_value(output: Path, value: str) -> None:
    (output / "metrics.json").write_text(f'{{"loss": {value}}}')
    (output / "metrics.jsonl").write_text('{"loss": 0.5}\n')
    assert final_value(output, "loss") is None


@pytest.mark.parametrize("content", ["", "[]", "{", "[" * 100_000, "\x00\xff"])
def test_a_file_that_holds_no_object_is_as_good_as_none(output: Path, content: str) -> None:
    (output / "metrics.json").write_text(content)
    (output / "metrics.jsonl").write_text(f'{{"loss": 0.5}}\n{content}\n')
    assert final_value(output, "loss") == 0.5


def test_an_output_without_metrics_has_no_value(output: Path) -> None:
    assert final_value(output / "none", "loss") is None


def test_links_and_pipes_are_not_read(output: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text('{"loss": 0.5}\n')
    (output / "metrics.json").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(output / "metrics.jsonl")
    assert final_value(output, "loss") is None
    assert Tail(output, "loss").read() == []


def test_a_metric_far_from_the_end_is_found_and_an_endless_line_is_passed_over(output: Path) -> None:
    with (output / "metrics.jsonl").open("w") as file:
        file.write('{"loss": 0.5}\n')
        file.write('{"step": 1}\n' * 100_000)
        file.write("x" * 3 * LONGEST_LINE)
    assert final_value(output, "loss") == 0.5


def test_a_tail_gives_each_value_once_and_waits_for_the_end_of_a_line(output: Path) -> None:
    tail = Tail(output, "loss")
    assert tail.read() == []
    with (output / "metrics.jsonl").open("w", buffering=1) as file:
        file.write('{"loss": 3}\n{"step": 1}\n{"loss": NaN}\n{"loss": 2')
        file.flush()
        assert tail.read() == [3.0]
        file.write('.5}\n{"loss": 2}\n')
        file.flush()
        assert tail.read() == [2.5, 2.0]
    assert tail.read() == []


def test_a_tail_gets_past_a_line_without_an_end(output: Path) -> None:
    tail = Tail(output, "loss")
    (output / "metrics.jsonl").write_text("x" * (MOST_BYTES + 5) + '\n{"loss": 1}\n')
    assert tail.read() == [1.0]
