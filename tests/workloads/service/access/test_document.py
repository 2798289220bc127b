"""The JSON of a request."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workloads.service.access.document import password_in, without_password
from workloads.service.errors import ApiError

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(TEXTS, VALUES), TEXTS, st.booleans())
def test_all_but_the_password_stays(document: dict[str, Any], password: str, ascii_only: bool) -> None:
    body = json.dumps({**document, "password": password}, ensure_ascii=ascii_only).encode()
    document.pop("password", None)
    assert password_in(body) == password
    assert json.loads(without_password(body)) == document
    assert password_in(without_password(body)) is None


@settings(deadline=None, max_examples=50)
@given(st.binary() | st.text(alphabet='{}[]",:\\pasword0e-. nultrfN').map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for read in (password_in, without_password):
        try:
            read(body)
        except ApiError as error:
            assert (error.status, error.code) == (400, "bad_json")


@pytest.mark.parametrize("unit", [b"{},", b"1,", b"1e9,", b"[[[]]],", b'{"a":{"b":"c"}},'])
def test_what_a_stranger_sends_takes_no_time_worth_speaking_of(unit: bytes) -> None:
    body = b'{"a": [' + unit * (1_000_000 // len(unit)) + b'0], "password": "x"}'
    began = time.thread_time()
    assert password_in(body) == "x"
    assert time.thread_time() - began < 0.5
