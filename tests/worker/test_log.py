import os
from pathlib import Path

from runner.worker.log import Log
from runner.worker.masking import Mask


def test_what_is_written_is_on_disk_at_once(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", Mask([]))
    log.write(b"step 1\n")
    assert (tmp_path / "log").read_bytes() == b"step 1\n"
    log.close()


def test_a_held_back_end_is_written_when_the_log_is_closed(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", Mask(["secret"]))
    log.write(b"sec")
    assert (tmp_path / "log").read_bytes() == b""
    log.close()
    assert (tmp_path / "log").read_bytes() == b"sec"


def test_a_log_that_is_too_long_loses_its_middle_and_says_so(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", Mask([]), head=100, tail=200)
    for number in range(1_000):
        log.write(b"line %d\n" % number)
    log.close()
    kept = (tmp_path / "log").read_text()
    assert len(kept) < 100 + 2 * 200 + 100
    assert kept.startswith("line 0\nline 1\n")
    assert kept.endswith("line 999\n")
    assert "bytes are left out here" in kept


def test_notes_of_the_runner_are_marked(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", Mask([]))
    log.note("failed: it ended with exit code 1")
    log.close()
    assert (tmp_path / "log").read_text() == "[runner] failed: it ended with exit code 1\n"


def test_a_note_has_a_line_of_its_own(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", Mask(["secret"]))
    log.write(b"half a line, se")
    log.note("failed")
    log.note("left out")
    log.close()
    assert (tmp_path / "log").read_text() == "half a line, se\n[runner] failed\n[runner] left out\n"


def test_what_was_printed_comes_back_where_a_program_put_a_pipe(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", Mask([]))
    log.write(b"printed\n")
    (tmp_path / "log").unlink()
    os.mkfifo(tmp_path / "log")
    log.close()
    assert (tmp_path / "log").is_file()
    assert (tmp_path / "log").read_bytes() == b"printed\n"


def test_a_link_in_the_place_of_the_log_gives_nothing_away(tmp_path: Path) -> None:
    (tmp_path / "private").write_text("private")
    log = Log(tmp_path / "log", Mask([]))
    log.write(b"printed\n")
    (tmp_path / "log").unlink()
    (tmp_path / "log").symlink_to(tmp_path / "private")
    log.close()
    assert (tmp_path / "log").read_bytes() == b"printed\n"
    assert (tmp_path / "private").read_text() == "private"


def test_the_last_line_is_the_last_that_says_anything_since_a_program_began(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", Mask(["secret"]))
    log.write(b"of the build\n")
    before = log.written
    assert log.last_line(before) == ""
    log.write(b"step 1\n\x1b[31mValueError\x1b[0m: \t no secret\n  \n\n\x00\n\xff\xfe\nwandb: Find logs\n")
    assert log.last_line(before) == "ValueError: no ***"
    log.close()


def test_a_last_line_is_cut_where_it_is_long(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", Mask([]))
    log.write(b"x" * 10_000)
    assert log.last_line() == "x" * 299 + "…"
    log.close()
