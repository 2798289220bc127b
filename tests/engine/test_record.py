from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.engine.record import (
    RunRecord,
    create_run,
    find_run,
    list_runs,
    new_run_id,
    read_plan,
    read_record,
)
from runner.errors import InputError, ProviderError
from runner.plan.model import PinnedSource, Plan

PLAN = Plan(job="job", kind="Command", source=PinnedSource("commit", "tree"), manifest={}, stages=())


def record(run: str) -> RunRecord:
    return RunRecord(
        run=run,
        job="job",
        backend="local",
        created=0.0,
        base="commit",
        manifest_path="m",
        manifest_sha256="s",
    )


@given(st.floats(0, 4e9), st.floats(0, 4e9), st.binary(min_size=3, max_size=3))
def test_ids_sort_by_time_to_a_fraction_of_a_second(first: float, second: float, entropy: bytes) -> None:
    if first + 1 / 4096 < second:
        assert new_run_id(first, b"\xff\xff\xff") < new_run_id(second, entropy)


def test_what_was_asked_can_be_read_back(tmp_path: Path) -> None:
    layout = create_run(tmp_path, record("a"), PLAN, "kind: Command\n")
    assert (read_record(layout), read_plan(layout)) == (record("a"), PLAN)


def test_a_run_is_found_by_id_beginning_or_as_the_latest(tmp_path: Path) -> None:
    for run in ("20260101-1", "20260101-12", "20260202-1"):
        create_run(tmp_path, record(run), PLAN, "")
    assert find_run(tmp_path, "20260101-1").run == "20260101-1"
    assert find_run(tmp_path, "202602").run == "20260202-1"
    assert find_run(tmp_path, "latest").run == "20260202-1"


def test_a_beginning_of_several_runs_is_refused_with_their_ids(tmp_path: Path) -> None:
    for run in ("20260101-1", "20260101-2"):
        create_run(tmp_path, record(run), PLAN, "")
    with pytest.raises(InputError, match="beginning of 2 runs") as caught:
        find_run(tmp_path, "2026")
    assert "20260101-1, 20260101-2" in caught.value.fix


@pytest.mark.parametrize("name", ["", "../escape", "nothing", "*"])
def test_a_run_that_does_not_exist_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        find_run(tmp_path, name)


def test_a_run_that_was_half_written_down_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "runs" / ".20260101-1.new").mkdir(parents=True)
    (tmp_path / "runs" / ".20260101-1.new" / "run.json").write_text("{}")
    (tmp_path / "runs" / "20260101-2").mkdir()
    assert list_runs(tmp_path) == []


def test_a_damaged_record_is_refused_by_name(tmp_path: Path) -> None:
    layout = create_run(tmp_path, record("a"), PLAN, "")
    (layout.directory / "run.json").write_text("{")
    with pytest.raises(InputError, match=r"run\.json of the run cannot be read"):
        read_record(layout)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("in the way")
    with pytest.raises(ProviderError, match="could not be written down"):
        create_run(tmp_path, record("a"), PLAN, "")


def test_a_run_that_was_half_written_down_is_completed_when_that_is_repeated(tmp_path: Path) -> None:
    (tmp_path / "runs" / ".a.new").mkdir(parents=True)
    (tmp_path / "runs" / "a").mkdir()
    (tmp_path / "runs" / "a" / "plan.json").write_text("{")
    layout = create_run(tmp_path, record("a"), PLAN, "")
    assert create_run(tmp_path, record("a"), PLAN, "kind: Command\n") == layout
    assert (read_record(layout), read_plan(layout)) == (record("a"), PLAN)
    assert [path.name for path in (tmp_path / "runs").iterdir() if path.name != ".a.new"] == ["a"]
