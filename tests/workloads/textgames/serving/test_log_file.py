"""The end of a log, fit to be shown."""

from pathlib import Path

from workloads.textgames.serving.log_file import LINES, READ, WIDTH, read_end, tail


def test_the_tail_is_the_last_fifty_lines_that_say_something() -> None:
    text = "\n".join(f"line {number}\n  " for number in range(200))
    assert tail(text) == tuple(f"line {number}" for number in range(200 - LINES, 200))


def test_endless_lines_are_cut() -> None:
    (line,) = tail("x" * 10_000)
    assert line == "x" * WIDTH + "…"


def test_the_key_and_escape_codes_are_left_out(tmp_path: Path) -> None:
    log = tmp_path / "vllm.log"
    log.write_bytes(b"\x1b[31mkey=sesame\x1b[0m\rdone\x07 \xff\n")
    assert read_end(log, 0, "sesame") == "key=***\ndone �\n"


def test_only_what_this_start_has_written_is_read(tmp_path: Path) -> None:
    log = tmp_path / "vllm.log"
    log.write_text("before\nafter\n")
    assert read_end(log, 7, "sesame") == "after\n"


def test_a_huge_log_is_read_from_its_end(tmp_path: Path) -> None:
    log = tmp_path / "vllm.log"
    log.write_text("x" * (2 * READ) + "\nlast\n")
    found = read_end(log, 0, "sesame")
    assert len(found) == READ
    assert tail(found)[-1] == "last"


def test_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read_end(tmp_path / "vllm.log", 0, "sesame") == ""
