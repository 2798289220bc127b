import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.engine.events import AttemptStarting, Event, RunFinished, RunOpened
from runner.engine.journal import Journal, decode, read_events
from runner.errors import ProviderError

EVENTS: list[Event] = [
    RunOpened(1.0, 2),
    AttemptStarting(2.0, "a/0", 1, 60.0),
    RunFinished(3.0, "succeeded"),
]


def written(path: Path, events: list[Event] = EVENTS) -> Path:
    journal = Journal(path)
    for event in events:
        journal.append(event)
    journal.close()
    return path


def reopened(path: Path) -> list[Event]:
    journal = Journal(path)
    try:
        return journal.read()
    finally:
        journal.close()


def test_events_come_back_as_they_were_written(tmp_path: Path) -> None:
    assert reopened(written(tmp_path / "journal")) == EVENTS


def test_a_new_journal_holds_nothing(tmp_path: Path) -> None:
    assert reopened(tmp_path / "journal") == []


def test_every_event_is_one_line_with_its_name_and_time(tmp_path: Path) -> None:
    first = written(tmp_path / "journal").read_text().splitlines()[0]
    assert first == '{"event":"run-opened","at":1.0,"slots":2}'


@given(st.integers(0, 400))
def test_a_journal_cut_anywhere_keeps_its_whole_lines(cut: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder) / "journal")
        os.truncate(path, min(cut, path.stat().st_size))
        kept = path.read_bytes().count(b"\n")
        assert reopened(path) == EVENTS[:kept]
        written(path, EVENTS[kept:])
        assert reopened(path) == EVENTS


def test_a_torn_last_line_is_dropped_from_the_file(tmp_path: Path) -> None:
    path = written(tmp_path / "journal")
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"event":"run-op')
    assert reopened(path) == EVENTS
    assert path.read_bytes() == whole


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "journal")
    path.write_bytes(path.read_bytes() + b'{"event":"no such event"}\n')
    with pytest.raises(ProviderError, match="cannot be read") as caught:
        reopened(path)
    assert caught.value.place == f"{path}:4"


def test_other_processes_read_a_journal_without_touching_it(tmp_path: Path) -> None:
    path = written(tmp_path / "journal")
    path.write_bytes(path.read_bytes() + b'{"torn')
    before = path.read_bytes()
    assert read_events(path) == EVENTS
    assert path.read_bytes() == before
    assert read_events(tmp_path / "none") == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_nothing_is_left_of_a_line_that_the_disk_does_not_take() -> None:
    journal = Journal(Path("/dev/full"))
    with pytest.raises(OSError, match="space") as caught:
        journal.append(EVENTS[0])
    assert caught.value.errno == errno.ENOSPC
    journal.close()


def test_blank_lines_mean_nothing() -> None:
    assert decode(b"\n\n", Path("journal")) == []
