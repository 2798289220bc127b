"""What was printed, put together to lines. With the provider: tests/backends/modal/test_remote.py."""

from hypothesis import given
from hypothesis import strategies as st

from runner.backends.modal.logs import LONGEST_LINE, joined


def read(*texts: str) -> list[tuple[float, str]]:
    """The lines of these pieces, one of which was printed each second."""
    return [(line.at, line.text) for line in joined((float(at), text) for at, text in enumerate(texts, 1))]


def test_lines_are_put_together_and_bear_the_time_of_their_beginning() -> None:
    assert read("one\ntw", "o\r\n", "three") == [(1.0, "one"), (1.0, "two"), (3.0, "three")]


def test_a_line_without_end_is_handed_on_in_pieces() -> None:
    pieces = [text for _, text in read(*["x" * LONGEST_LINE] * 9)]
    assert max(map(len, pieces)) == 2 * LONGEST_LINE
    assert "".join(pieces) == "x" * LONGEST_LINE * 9


@given(st.lists(st.text(alphabet="ab\n", max_size=8), max_size=8))
def test_no_character_is_lost(texts: list[str]) -> None:
    whole = "".join(texts).split("\n")
    assert [text for _, text in read(*texts)] == (whole if whole[-1] else whole[:-1])
