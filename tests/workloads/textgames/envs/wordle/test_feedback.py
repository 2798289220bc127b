"""Feedback follows its definition, duplicate letters included."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.textgames.envs.wordle.feedback import feedback, worth

words = st.text(alphabet="abc", min_size=5, max_size=5)


def defined(guess: str, secret: str) -> str:
    """The definition, word by word: cross out what is green, then what is yellow, from the left."""
    left: list[str | None] = list(secret)
    marks = ["X"] * 5
    for place in range(5):
        if guess[place] == secret[place]:
            marks[place], left[place] = "G", None
    for place in range(5):
        if marks[place] == "X" and guess[place] in left:
            marks[place], left[left.index(guess[place])] = "Y", None
    return "".join(marks)


@given(words, words)
def test_feedback_is_as_defined(guess: str, secret: str) -> None:
    assert feedback(guess, secret) == defined(guess, secret)


@given(words, words)
def test_a_letter_is_marked_as_often_as_it_is_in_both(guess: str, secret: str) -> None:
    marks = feedback(guess, secret)
    for letter in "abc":
        found = sum(mark != "X" for mark, here in zip(marks, guess, strict=True) if here == letter)
        assert found == min(guess.count(letter), secret.count(letter))


@pytest.mark.parametrize(
    ("guess", "secret", "marks"),
    [
        ("crane", "crane", "GGGGG"),
        ("speed", "abide", "XXYXY"),
        ("speed", "erase", "YXYYX"),
        ("allow", "label", "YYYXX"),
        ("array", "error", "XGGXX"),
        ("geese", "eerie", "XGYXG"),
        ("mummy", "gamma", "XXGGX"),
    ],
)
def test_duplicate_letters_are_counted(guess: str, secret: str, marks: str) -> None:
    assert feedback(guess, secret) == marks


@given(words, words)
def test_a_guess_is_worth_all_only_if_it_is_the_secret(guess: str, secret: str) -> None:
    assert 0 <= worth(feedback(guess, secret)) <= 1
    assert (worth(feedback(guess, secret)) == 1) == (guess == secret)


def test_a_yellow_counts_half() -> None:
    assert worth("GYXXX") == pytest.approx(0.3)
