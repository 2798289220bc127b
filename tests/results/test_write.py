from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from msgspec.structs import replace

from runner.errors import InputError, ProviderError
from runner.results.model import Metric, Report
from runner.results.write import read, to_json, write

DATA = {"validation.json": {"b": 1, "a": [1.5, None]}, "table.csv": "x,y\n1,2\n"}


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_results_folder_holds_everything_and_reads_back(tmp_path: Path, tuned: Report) -> None:
    folder = tmp_path / "run"
    write(tuned, DATA, folder, "kind: Tune\n")
    assert list(files(folder)) == [
        "charts/factions.svg",
        "charts/progress-win-rate.svg",
        "data/table.csv",
        "data/validation.json",
        "manifest.yaml",
        "result.json",
        "summary.md",
    ]
    assert read(folder) == tuned
    assert files(folder)["manifest.yaml"] == b"kind: Tune\n"


def test_the_same_result_is_the_same_bytes(tmp_path: Path, tuned: Report) -> None:
    write(tuned, DATA, tmp_path / "one", "")
    write(tuned, dict(reversed(DATA.items())), tmp_path / "two", "")
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_the_images_of_the_summary_exist(tmp_path: Path, tuned: Report) -> None:
    import re

    write(tuned, {}, tmp_path / "run", "")
    images = re.findall(
        r"!\[[^]]*\]\(([^)]*)\)", (tmp_path / "run" / "summary.md").read_text(encoding="utf-8")
    )
    assert len(images) == 2
    assert all((tmp_path / "run" / image).is_file() for image in images)


def test_writing_again_replaces_the_folder_and_leaves_nothing_beside_it(
    tmp_path: Path, tuned: Report
) -> None:
    folder = tmp_path / "run"
    write(tuned, DATA, folder, "")
    (tmp_path / ".run.new").mkdir()
    (tmp_path / ".run.new" / "torn").touch()
    write(replace(tuned, charts=()), {}, folder, "")
    assert list(files(folder)) == ["manifest.yaml", "result.json", "summary.md"]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_report_with_nan_is_refused_and_nothing_is_written(tmp_path: Path, tuned: Report) -> None:
    with pytest.raises(ValueError, match="NaN or infinity"):
        write(replace(tuned, metrics={"x": Metric(math.nan)}), {}, tmp_path / "run", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../evil.json", "a/b.json", "", ".hidden", "a b"])
def test_a_document_with_another_name_than_a_plain_one_is_refused(
    tmp_path: Path, tuned: Report, name: str
) -> None:
    with pytest.raises(ValueError, match="not a plain file name"):
        write(tuned, {name: {}}, tmp_path / "run", "")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_a_clear_error(tmp_path: Path, tuned: Report) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ProviderError, match="the results could not be written: Not a directory"):
        write(tuned, {}, tmp_path / "file" / "run", "")


def test_a_missing_and_a_damaged_result_are_told_apart(tmp_path: Path, tuned: Report) -> None:
    with pytest.raises(InputError, match="there is no result here"):
        read(tmp_path)
    write(tuned, {}, tmp_path / "run", "")
    text = (tmp_path / "run" / "result.json").read_text(encoding="utf-8")
    for damaged in (
        text[:-20],
        text.replace('"pass"', '"perhaps"'),
        "[]",
        text.replace('"bound": 1.25', '"bound": "x"'),
    ):
        (tmp_path / "run" / "result.json").write_text(damaged, encoding="utf-8")
        with pytest.raises(InputError, match="the result cannot be read"):
            read(tmp_path / "run")


def test_the_points_of_a_chart_stand_on_one_line() -> None:
    points = [[0.0, 1.5], [1.0, -2e-07]]
    document = {"series": [{"name": '"points": [ 1 ]', "points": points}], "lines": [[None, 1.0], [2.0, 3.0]]}
    text = to_json(document).decode()
    assert '"points": [[0.0,1.5],[1.0,-2e-7]]\n' in text
    assert '"lines": [[null,1.0],[2.0,3.0]]' in text
    assert json.loads(text) == document
