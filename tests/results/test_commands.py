from __future__ import annotations

import json
import tarfile
from typing import TYPE_CHECKING

import pytest

from runner.cli.main import run

if TYPE_CHECKING:
    from conftest import Shelf

V0, V1 = b"a = 1.0\nb = 2.0\n", b"a = 1.5\nb = 2.0\n"
RUN = "20261120-150001-000001"


@pytest.fixture(autouse=True)
def landed(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf.put(V0)
    shelf.commit("By hand")
    shelf.land(1, V0, V1)
    monkeypatch.chdir(shelf.root)
    return shelf


def test_results_are_listed_in_columns_and_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["results", "list"]) == 0
    header, row = capsys.readouterr().out.splitlines()
    assert header.split()[:4] == ["run", "job", "state", "verdict"]
    assert header.split()[-3:] == ["on", "Modal", "where"]
    assert row.split()[-2] == "$0.0048"
    assert row.split()[:4] == [RUN, "skirmish-weights", "succeeded", "pass"]
    assert run(["results", "list", "skirmish-weights", "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert (entry["run"], entry["where"]) == (RUN, f"results/skirmish-weights/{RUN}")


def test_a_job_without_results_says_how_to_make_some(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["results", "list", "another"]) == 0
    assert "no results yet of another" in capsys.readouterr().out


def test_a_run_is_shown_as_markdown_or_as_its_result(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["results", "show"]) == 0
    assert capsys.readouterr().out.startswith("**Verdict: pass.**")
    assert run(["results", "show", RUN[:15], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["run"] == RUN


def test_a_run_is_downloaded_once_and_again_only_by_force(
    landed: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["results", "download"]) == 0
    with tarfile.open(landed.root / f"skirmish-weights-{RUN}.tar.gz") as archive:
        assert f"skirmish-weights-{RUN}/report/summary.md" in archive.getnames()
    assert run(["results", "download"]) == 2
    assert "exists already" in capsys.readouterr().err
    assert run(["results", "download", "--force"]) == 0


def test_the_log_of_a_weight_file_names_run_verdict_and_metric(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["weights", "log", "data/weights/generalist.toml"]) == 0
    row = capsys.readouterr().out.splitlines()[1]
    assert row.startswith(RUN)
    assert "pass" in row
    assert "win_rate 0.612" in row
    assert row.split()[5] == "merged"
    assert run(["weights", "log", "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert (entry["path"], entry["where"]) == ("data/weights/generalist.toml", "merged")


def test_weights_differ_between_commits_and_from_the_working_tree(
    landed: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    path = landed.path
    assert run(["weights", "diff", path]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "no difference"
    assert run(["weights", "diff", path, "HEAD~1", "latest"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(f"→ run {RUN}")
    assert lines[2].split() == ["a", "1", "1.5", "+0.5", "(+50.0", "%)"]
    assert run(["weights", "diff", path, "HEAD~1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"name": "a", "old": 1.0, "new": 1.5}]


def test_weights_that_are_no_numbers_still_say_that_they_differ(
    landed: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    landed.put(b"\x00\x01")
    assert run(["weights", "diff", landed.path]) == 0
    assert "git diff" in capsys.readouterr().out


def test_weights_are_rolled_back_with_the_next_command(
    landed: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["weights", "rollback", landed.path]) == 0
    assert (landed.root / landed.path).read_bytes() == V0
    assert "next: git add -- data/weights/generalist.toml && git commit -m" in capsys.readouterr().out


def test_what_cannot_be_rolled_back_is_refused_with_exit_code_2(
    landed: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    landed.put(b"mine")
    assert run(["weights", "rollback", landed.path]) == 2
    captured = capsys.readouterr()
    assert "not committed" in captured.err
    assert "git restore" in captured.err
    assert (landed.root / landed.path).read_bytes() == b"mine"
