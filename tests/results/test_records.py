import os
from pathlib import Path

from runner.results.records import TAIL_LINES, log_tail


def test_the_tail_of_a_log_is_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text("".join(f"line {number}\n" for number in range(10_000)))
    lines = log_tail(log).splitlines()
    assert (len(lines), lines[-1]) == (TAIL_LINES, "line 9999")


def test_a_log_that_is_not_there_has_no_tail(tmp_path: Path) -> None:
    assert log_tail(tmp_path / "log.txt") == ""


def test_a_pipe_or_a_link_in_the_place_of_a_log_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not for the report")
    (tmp_path / "link").symlink_to(secret)
    os.mkfifo(tmp_path / "pipe")
    assert [log_tail(tmp_path / name) for name in ("link", "pipe")] == ["", ""]
