from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.wording import dollars, dollars_apart, point


def test_money_has_cents_or_more_where_cents_say_nothing() -> None:
    assert dollars(1e-6) == "<$0.0001"
    assert [dollars(amount) for amount in (0, 0.001, 0.0042, 1.5, 1234.5)] == [
        "$0.00", "$0.0010", "$0.0042", "$1.50", "$1,234.50",
    ]  # fmt: skip


@given(st.floats(min_value=1e-12, max_value=1e9))
def test_no_amount_but_nothing_looks_like_nothing(amount: float) -> None:
    assert dollars(amount) != "$0.00"


def test_an_amount_over_a_limit_never_looks_like_the_limit() -> None:
    assert dollars_apart(0.504, 0.501) == ("$0.504", "$0.501")
    assert dollars_apart(2, 1) == ("$2.00", "$1.00")
    assert dollars_apart(2e-6, 1e-6) == ("$0.000002", "$0.000001")


@pytest.mark.parametrize(
    ("task", "parameters", "text"),
    [
        ("run/87", {"lr": "0.1", "note": "x y/z"}, "[lr=0.1, note=x y/z]"),
        ("run/lr=0.1", {"lr": "0.1"}, ""),
        ("run/2", {"lr": "2", "note": "a b"}, "[lr=2, note=a b]"),
        ("run/3", {}, ""),
        ("train/red", {"variant": "red"}, ""),
        ("run/1", {"a": "x\ny"}, "[a=x\ufffdy]"),
    ],
)
def test_a_task_whose_id_is_a_mere_number_says_what_it_stands_for(
    task: str, parameters: dict[str, str], text: str
) -> None:
    assert point(task, parameters) == text
    assert len(point("run/1", {"long": "x" * 1_000})) < 150
