"""The lists of words; README.md beside them says where they are from."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
SECRETS: Final = ("common", "train", "held_out")
EVERY: Final = 5
"""Every fifth common word is held out."""


@cache
def guesses() -> frozenset[str]:
    """The words that may be guessed: small letters, five of them."""
    return frozenset(_read("guesses.txt"))


@cache
def secrets(which: str) -> tuple[str, ...]:
    """The words that may be the secret: all `common` ones, or the two parts of them that share none."""
    words = _read("secrets.txt")
    held_out = words[::EVERY]
    if which == "common":
        return words
    return held_out if which == "held_out" else tuple(word for word in words if word not in held_out)


def _read(name: str) -> tuple[str, ...]:
    return tuple((FOLDER / name).read_text("ascii").split())
