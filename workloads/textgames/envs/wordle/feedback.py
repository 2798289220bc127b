"""What a guess is told, and what it is worth."""

from __future__ import annotations

from collections import Counter


def feedback(guess: str, secret: str) -> str:
    """A mark per letter: G in its place, Y elsewhere in the secret, X not in it.

    Each letter of the secret answers for one letter of the guess: greens first, then yellows from the left.
    So a letter that is guessed twice and is there once gets one G or Y, and one X.
    """
    unmatched = Counter(there for letter, there in zip(guess, secret, strict=True) if letter != there)
    marks = []
    for letter, there in zip(guess, secret, strict=True):
        if letter == there:
            marks.append("G")
        elif unmatched[letter] > 0:
            unmatched[letter] -= 1
            marks.append("Y")
        else:
            marks.append("X")
    return "".join(marks)


def worth(marks: str) -> float:
    """How near a guess came, from 0 to 1: a green counts 1 and a yellow 1/2, over the number of letters."""
    return (marks.count("G") + 0.5 * marks.count("Y")) / len(marks)
