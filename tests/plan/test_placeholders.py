import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import InputError
from runner.manifest.common import ShellCommand
from runner.plan.placeholders import command_line, fill


def test_a_known_placeholder_is_filled() -> None:
    assert fill("--lr=${matrix.lr}", {"matrix.lr": "0.1"}) == "--lr=0.1"


def test_the_workers_placeholders_are_left_to_the_worker() -> None:
    assert fill("${output}/${seed}", {}) == "${output}/${seed}"


def test_a_given_value_takes_precedence_over_the_worker() -> None:
    assert fill("${output}/x", {"output": "${output}/inner"}) == "${output}/inner/x"


def test_an_escaped_placeholder_is_left_alone() -> None:
    assert fill("$${matrix.lr}", {"matrix.lr": "0.1"}) == "$${matrix.lr}"


def test_an_unknown_placeholder_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError) as caught:
        fill("${matrix.lt}", {"matrix.lr": "0.1"})
    assert caught.value.fix == "did you mean ${matrix.lr}?"


def test_a_value_that_looks_like_a_placeholder_is_not_filled_again() -> None:
    assert fill("${matrix.a}", {"matrix.a": "${matrix.b}", "matrix.b": "no"}) == "${matrix.b}"


def test_a_shell_line_is_passed_on_untouched() -> None:
    assert command_line(ShellCommand("echo ${matrix.a}"), {"matrix.a": "1"}) == (
        "sh",
        "-c",
        "echo ${matrix.a}",
    )


@given(st.text(alphabet=st.characters(exclude_characters="$")))
def test_text_without_placeholders_stays_as_it_is(text: str) -> None:
    assert fill(text, {}) == text
