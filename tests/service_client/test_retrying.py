import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.service_client.errors import ServiceError
from runner.service_client.retrying import Retries, may_repeat, seconds_asked

LUCK = st.floats(0, 1)
ASKED = st.one_of(st.none(), st.floats(0, 1e6))


def error(status: int = 503, **fields: object) -> ServiceError:
    return ServiceError("code", status, "message", **fields)  # type: ignore[arg-type]


@given(tried=st.integers(0, 10_000), waited=st.floats(0, 1e6), luck=LUCK, asked=ASKED)
def test_a_pause_is_as_long_as_asked_and_never_beyond_patience(
    tried: int, waited: float, luck: float, asked: float | None
) -> None:
    retries = Retries(times=100)
    pause = retries.pause(error(retry_after=asked), tried, waited, luck)
    if pause is None:
        assert tried >= 100 or waited + max(asked or 0.0, retries.longest) > retries.patience
    else:
        assert pause >= (asked or 0.0)
        assert waited + pause <= retries.patience


@given(tried=st.integers(0, 3), luck=LUCK)
def test_pauses_double_and_are_spread(tried: int, luck: float) -> None:
    pause = Retries().pause(error(), tried, 0.0, luck)
    assert pause is not None
    assert 0.25 * 2**tried <= pause <= 0.5 * 2**tried


@given(st.integers(200, 599), st.booleans(), st.booleans())
def test_nothing_that_was_perhaps_done_is_repeated_but_what_may_be(
    status: int, processed: bool, repeatable: bool
) -> None:
    if may_repeat(error(status, processed=processed), repeatable) and not repeatable:
        assert status in (429, 503)


@given(st.text())
def test_any_retry_after_is_a_number_of_seconds_or_nothing(text: str) -> None:
    asked = seconds_asked(text, 0.0)
    assert asked is None or asked >= 0


@pytest.mark.parametrize(
    ("text", "seconds"), [("7", 7.0), ("0", 0.0), ("-1", None), ("soon", None), (None, None)]
)
def test_retry_after_is_a_number_of_seconds(text: str | None, seconds: float | None) -> None:
    assert seconds_asked(text, 0.0) == seconds


def test_retry_after_may_be_a_date() -> None:
    now = float(int(time.time()))
    assert seconds_asked(formatdate(now + 30, usegmt=True), now) == 30
