"""Wordle, with the feedback and the reward of textarena's Wordle-v0.

A reply is `<guess>[crane]</guess>`; without the tag, the first `[word]` counts. A win is worth 1. Whoever
is out of guesses gets what the last valid guess was worth: (greens + yellows / 2) / 5, or 0 if there was
none. All other replies are worth 0. A reply that holds no guess, or one of the wrong length, a repeated one,
or no word, is told so and has used up one of the guesses: so every episode ends.
"""

from __future__ import annotations

import random
import re
from typing import Any, Final

from workloads.textgames.envs.arguments import choice, whole
from workloads.textgames.envs.base import Step
from workloads.textgames.envs.tags import echo, tagged
from workloads.textgames.envs.wordle import words
from workloads.textgames.envs.wordle.feedback import feedback, worth

LENGTH: Final = 5
FORM: Final = "<guess>[crane]</guess>"
BRACKETED: Final = re.compile(r"\[\s*(\w+)\s*\]")

SYSTEM: Final = (
    "You are playing Wordle. A secret word of five letters has been chosen, and you have {guesses} to find "
    f"it. Reply with one guess, in this form: {FORM}\n"
    "You are then told a mark for each letter of your guess:\n"
    "  - G (green): the letter is right, and in the right place\n"
    "  - Y (yellow): the letter is in the word, in another place\n"
    "  - X (grey): the letter is not in the word, or not as often as you guessed it\n"
    "Guess English words of five letters, and none twice: any other reply uses up a guess and tells nothing."
)


class Wordle:
    """`guesses` replies to find a word: of the `common` ones, or of their parts `train` and `held_out`."""

    def __init__(self, *, guesses: int = 6, secret: str = "common") -> None:
        self.max_turns = whole("guesses", guesses, 1, 100)
        self._words = words.secrets(choice("secret", secret, words.SECRETS))
        self.system_prompt = SYSTEM.format(guesses=_guesses(self.max_turns))
        self.tools: list[dict[str, Any]] = []

    def reset(self, seed: int) -> str:
        """Draws the secret."""
        self._secret = random.Random(seed).choice(self._words)
        self._left = self.max_turns
        self._tried: list[str] = []
        self._worth = 0.0
        self._done = False
        return "Enter your guess to begin."

    def step(self, text: str) -> Step:
        """Takes a guess. Raises RuntimeError after the end."""
        if self._done:
            raise RuntimeError("the game has ended; reset begins another")
        self._left -= 1
        guess = guessed(text)
        wrong = self._objection(guess)
        if wrong is not None:
            return self._after(
                f"Your guess was invalid: {wrong}.", {"event": "invalid_guess", "error": wrong}
            )
        marks = feedback(guess, self._secret)
        self._tried.append(guess)
        self._worth = worth(marks)
        told = f"You submitted [{guess}].\nFeedback:\n{' '.join(guess.upper())}\n{' '.join(marks)}"
        return self._after(told, {"event": "guessed", "guess": guess, "feedback": marks})

    def _objection(self, guess: str) -> str | None:
        if not guess:
            return f"a guess has the form {FORM}"
        if len(guess) != LENGTH:
            return f"'{echo(guess)}' does not have five letters"
        if guess in self._tried:
            return f"'{guess}' was already guessed"
        return None if guess in words.guesses() else f"'{guess}' is not in the dictionary"

    def _after(self, told: str, info: dict[str, Any]) -> Step:
        won = info.get("guess") == self._secret
        if not won and self._left:
            return Step(f"{told}\nYou have {_guesses(self._left)} left.", 0.0, False, info)
        self._done = True
        info |= {"success": won, "secret": self._secret}
        if won:
            return Step(f"{told}\nCongratulations, you found the word!", 1.0, True, info)
        ending = f"You are out of guesses. The secret word was {self._secret}."
        return Step(f"{told}\n{ending}", self._worth, True, info)


def guessed(text: str) -> str:
    """The guess of a reply, in small letters; empty where there is none."""
    inside = tagged(text, "guess", closed=False)
    found = BRACKETED.search(text if inside is None else inside)
    if found is not None:
        return found[1].lower()
    bare = (inside or "").strip()
    return bare.lower() if bare.isalpha() else ""


def _guesses(count: int) -> str:
    return "1 guess" if count == 1 else f"{count} guesses"
