import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.backends.modal.echo import LONGEST_LINE, Echo
from runner.worker.log import Log
from runner.worker.masking import Mask


class Told:
    """A log, and what was printed of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.printed = io.BytesIO()
        self.echo = Echo(path, self.printed)

    def turn(self) -> bytes:
        self.echo.turn()
        return self.printed.getvalue()


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    told = Told(tmp_path / "log.txt")
    yield told
    told.echo.close()


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def test_lines_are_printed_when_they_are_whole(told: Told) -> None:
    append(told.path, b"one\ntw")
    assert told.turn() == b"one\n"
    append(told.path, b"o\nthree\r")
    assert told.turn() == b"one\ntwo\nthree\r"


def test_the_rest_is_printed_at_the_end_as_a_line(told: Told) -> None:
    append(told.path, b"one\nno end")
    told.turn()
    assert told.echo.finish() == b"one\nno end"
    assert told.printed.getvalue() == b"one\nno end\n"


def test_a_line_without_end_is_printed_in_pieces(told: Told) -> None:
    append(told.path, b"x" * (LONGEST_LINE + 1))
    assert len(told.turn()) == LONGEST_LINE + 1


def test_a_file_that_a_program_put_in_its_place_is_not_read(told: Told, tmp_path: Path) -> None:
    append(told.path, b"said\n")
    told.path.unlink()
    told.path.write_bytes(b"the value of a secret\n")
    assert told.turn() == b"said\n"
    assert told.echo.content() == b"said\n"


def test_a_log_that_was_shortened_is_followed_from_its_end(told: Told) -> None:
    log = Log(told.path, Mask([]), head=200, tail=200)
    for number in range(100):
        log.write(b"line %d\n" % number)
        told.turn()
    log.close()
    assert b"left out here" in told.path.read_bytes()
    assert told.printed.getvalue().endswith(b"line 98\nline 99\n")
    assert len(told.printed.getvalue().splitlines()) > 95
    assert told.echo.content() == told.path.read_bytes()


@settings(max_examples=50)
@given(st.lists(st.binary(max_size=20), max_size=10))
def test_all_that_is_written_is_printed_once(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    told = Told(tmp_path_factory.mktemp("log") / "log.txt")
    for piece in pieces:
        append(told.path, piece)
        told.turn()
    whole = told.echo.finish()
    told.echo.close()
    assert whole == b"".join(pieces)
    assert told.printed.getvalue().removesuffix(b"\n") == whole.removesuffix(b"\n")
