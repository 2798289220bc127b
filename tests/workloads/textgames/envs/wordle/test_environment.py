"""Wordle: what is told, what it pays, and that every episode ends."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.textgames.envs.wordle.environment import Wordle, guessed
from workloads.textgames.envs.wordle.feedback import feedback, worth
from workloads.textgames.envs.wordle.words import guesses, secrets

ABOUT = next(seed for seed in range(100_000) if random.Random(seed).choice(secrets("common")) == "about")


def started(seed: int = ABOUT, guesses: int = 6) -> Wordle:
    game = Wordle(guesses=guesses)
    assert game.reset(seed) == "Enter your guess to begin."
    return game


def test_the_rules_name_the_form_and_the_number_of_guesses() -> None:
    assert "and you have 6 guesses to find it" in Wordle().system_prompt
    assert "and you have 1 guess to find it" in Wordle(guesses=1).system_prompt
    assert "<guess>[crane]</guess>" in Wordle().system_prompt


def test_a_guess_is_told_its_marks() -> None:
    step = started().step("<guess>[boats]</guess>")
    assert step == (
        "You submitted [boats].\nFeedback:\nB O A T S\nY Y Y Y X\nYou have 5 guesses left.",
        0.0,
        False,
        {"event": "guessed", "guess": "boats", "feedback": "YYYYX"},
    )


def test_the_secret_wins() -> None:
    step = started().step("<guess>[About]</guess>")
    assert step.observation == (
        "You submitted [about].\nFeedback:\nA B O U T\nG G G G G\nCongratulations, you found the word!"
    )
    assert (step.reward, step.done) == (1.0, True)
    assert (step.info["success"], step.info["secret"]) == (True, "about")


def test_the_last_guess_may_win() -> None:
    game = started(guesses=2)
    game.step("[boats]")
    assert game.step("[about]")[1:3] == (1.0, True)


def test_whoever_is_out_of_guesses_gets_what_the_last_one_was_worth() -> None:
    game = started(guesses=2)
    assert "\nYou have 1 guess left." in game.step("[crane]").observation
    step = game.step("[boats]")
    assert step.observation.endswith(
        "\nB O A T S\nY Y Y Y X\nYou are out of guesses. The secret word was about."
    )
    assert (step.reward, step.done, step.info["success"]) == (pytest.approx(0.4), True, False)


@pytest.mark.parametrize(
    ("reply", "wrong"),
    [
        ("crane", "a guess has the form <guess>[crane]</guess>"),
        ("<guess></guess>", "a guess has the form <guess>[crane]</guess>"),
        ("<guess>[cran]</guess>", "'cran' does not have five letters"),
        ("<guess>[xzxzx]</guess>", "'xzxzx' is not in the dictionary"),
    ],
)
def test_an_invalid_guess_is_told_why_and_used_up(reply: str, wrong: str) -> None:
    assert started().step(reply) == (
        f"Your guess was invalid: {wrong}.\nYou have 5 guesses left.",
        0.0,
        False,
        {"event": "invalid_guess", "error": wrong},
    )


def test_a_word_may_not_be_guessed_twice() -> None:
    game = started()
    game.step("[boats]")
    step = game.step("[BOATS]")
    assert (
        step.observation == "Your guess was invalid: 'boats' was already guessed.\nYou have 4 guesses left."
    )


def test_after_an_invalid_last_guess_the_last_valid_one_counts() -> None:
    game = started(guesses=2)
    game.step("[boats]")
    step = game.step("?")
    assert (step.reward, step.done, step.info["success"]) == (pytest.approx(0.4), True, False)
    assert step.info["secret"] == "about"


def test_who_never_guesses_gets_nothing() -> None:
    game = started()
    steps = [game.step("") for _ in range(6)]
    assert [step.done for step in steps] == [False] * 5 + [True]
    assert steps[-1].reward == 0.0


def test_there_is_no_guess_after_the_end() -> None:
    game = started(guesses=1)
    game.step("")
    with pytest.raises(RuntimeError):
        game.step("[about]")


@pytest.mark.parametrize(
    ("reply", "guess"),
    [
        ("<think>[slate] or [crane]</think><guess>[ Crane ]</guess>", "crane"),
        ("<guess>crane</guess>", "crane"),
        ("<guess>crane", "crane"),
        ("I say [crane], not [slate].", "crane"),
        ("<guess>crane or slate</guess>", ""),
        ("crane", ""),
    ],
)
def test_a_guess_is_found_in_its_tag_or_in_brackets(reply: str, guess: str) -> None:
    assert guessed(reply) == guess


@given(st.integers(0, 2**32 - 1))
def test_the_secret_is_drawn_from_the_seed_alone(seed: int) -> None:
    before = random.getstate()
    game = started(seed, guesses=1)
    assert random.getstate() == before
    assert game.step("").info["secret"] == random.Random(seed).choice(secrets("common"))


@given(
    st.integers(0, 1000), st.lists(st.sampled_from(sorted(guesses())), min_size=6, max_size=6, unique=True)
)
def test_an_episode_pays_once(seed: int, guessed: list[str]) -> None:
    secret = random.Random(seed).choice(secrets("common"))
    game = started(seed)
    rewards = []
    for word in guessed:
        step = game.step(f"<guess>[{word}]</guess>")
        rewards.append(step.reward)
        if step.done:
            break
    assert step.done
    assert rewards[:-1] == [0.0] * (len(rewards) - 1)
    assert rewards[-1] == worth(feedback(word, secret))
    assert step.info["success"] == (word == secret)
