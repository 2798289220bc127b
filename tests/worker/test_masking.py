import base64
from collections.abc import Callable
from itertools import pairwise
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.worker.masking import STARS, Mask


def masked(secrets: list[str], *pieces: bytes) -> bytes:
    mask = Mask(secrets)
    return b"".join([*(mask.feed(piece) for piece in pieces), mask.flush()])


def test_a_secret_becomes_stars() -> None:
    assert masked(["hunter2!"], b"the password is hunter2! indeed\n") == b"the password is *** indeed\n"


def test_a_secret_in_pieces_becomes_stars() -> None:
    assert masked(["hunter2!"], b"is hun", b"ter", b"2!.") == b"is ***."


def test_output_that_cannot_be_a_secret_is_not_held_back() -> None:
    assert Mask(["hunter2!"]).feed(b"step 1 of 10\n") == b"step 1 of 10\n"


def test_the_beginning_of_a_secret_that_never_ends_is_shown_at_the_end() -> None:
    assert masked(["hunter2!"], b"hunt") == b"hunt"


def test_values_too_short_to_be_secret_are_left_alone() -> None:
    assert masked(["abc", ""], b"abc") == b"abc"


def test_overlapping_secrets_leave_nothing_of_either() -> None:
    assert masked(["abcdef", "defghi"], b"xabcdefghiy") == b"x***y"


def test_a_secret_within_another_is_masked_with_it() -> None:
    assert masked(["token", "token-1234"], b"token-1234 token") == b"*** ***"


def test_each_line_of_a_key_is_masked() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----"
    assert b"MIIEvQIBADANBg" not in masked([key], b"  MIIEvQIBADANBg\r\n")


@pytest.mark.parametrize("prefix", ["", "u", "us", "user:"])
def test_a_secret_in_base64_is_masked_wherever_it_stands(prefix: str) -> None:
    secret = "correct-horse-battery"
    text = base64.b64encode(f"{prefix}{secret}@host".encode())
    shown = masked([secret], text)
    assert STARS in shown
    assert len(shown) < len(prefix) + len("@host") * 2 + 12


@pytest.mark.parametrize("form", [lambda text: quote(text, safe=""), lambda text: text.replace('"', '\\"')])
def test_a_secret_in_an_address_or_in_json_is_masked(form: object) -> None:
    secret = 'p@ss/"word"'
    assert masked([secret], form(secret).encode()) == STARS  # type: ignore[operator]


ALPHABET = st.text(alphabet="abc1", max_size=40)


@given(
    secrets=st.lists(st.text(alphabet="abc1", min_size=4, max_size=8), min_size=1, max_size=3),
    texts=st.lists(ALPHABET, max_size=8),
    cuts=st.lists(st.integers(0, 300), max_size=10),
)
def test_however_output_is_cut_the_same_is_shown_and_no_secret_with_it(
    secrets: list[str], texts: list[str], cuts: list[int]
) -> None:
    data = "".join(text + secret for text, secret in zip(texts, secrets * 8, strict=False)).encode()
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[a:b] for a, b in pairwise(places)]
    whole = masked(secrets, data)
    assert masked(secrets, *pieces) == whole
    assert not any(secret.encode() in whole for secret in secrets)


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=5))
def test_output_without_secrets_is_shown_byte_for_byte(data: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[a:b] for a, b in pairwise(places)]
    assert masked(["a secret that is nowhere in it"], *pieces) == data


@pytest.mark.parametrize(
    "form",
    [quote, quote_plus, lambda text: quote(text, safe="!'()*"), lambda text: text.encode().hex()],
    ids=["quote", "quote_plus", "encodeURIComponent", "hex"],
)
def test_a_secret_in_what_addresses_and_dumps_hold_is_masked(form: Callable[[str], str]) -> None:
    assert masked(["p@ss (w0rd)/+é"], form("p@ss (w0rd)/+é").encode()) == STARS


def test_a_long_secret_in_base64_that_is_broken_into_lines_is_masked() -> None:
    secret = "".join(map(chr, range(40, 120))) * 3
    for width in (64, 76):
        text = base64.b64encode(secret.encode()).decode()
        lines = [text[at : at + width] for at in range(0, len(text), width)]
        shown = masked([secret], "\n".join(lines).encode())
        assert len(shown) < len(lines) * len(STARS) + 20


def test_a_text_of_the_runners_own_is_masked() -> None:
    assert Mask(["hunter2!"]).text("no plain file: a-hunter2!-\udcff") == "no plain file: a-***-\udcff"
