"""What looks like a key, a token or a password, so that it is never shown and never committed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

MASK: Final = "•••"
SHORTEST: Final = 16

_PRIVATE: Final = "-----BEGIN"
# A quick test for most texts: without one of these there is no known token.
_HINTS: Final = tuple(
    f"AKIA ASIA ghp_ gho_ ghr_ ghs_ ghu_ github_pat_ sk- hf_ glpat- xox AIza wandb_v1_ {_PRIVATE}".split()
)
_TOKENS: Final = (
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\bgh[porsu]_[0-9A-Za-z]{36,}",
    r"\bgithub_pat_[0-9A-Za-z_]{40,}",
    r"\bsk-[0-9A-Za-z_-]{20,}",
    r"\bhf_[0-9A-Za-z]{30,}",
    r"\bglpat-[0-9A-Za-z_-]{20,}",
    r"\bxox[abprs]-[0-9A-Za-z-]{10,}",
    r"\bAIza[0-9A-Za-z_-]{35}",
    r"\bwandb_v1_[0-9A-Za-z_]{20,}",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*",
)
# A word or a number, perhaps with the other at its end: `Instruct`, `llama3`, `2024`, `8b`.
_WORD: Final = r"(?:[A-Z]?[a-z]*|[A-Z]+)[0-9]{0,4}|[0-9]+[A-Za-z]{0,2}"
_compiled: list[re.Pattern[str]] = []


def tokens(text: str) -> Iterator[int]:
    """Where known kinds of token begin in `text`."""
    if any(hint in text for hint in _HINTS):
        for match in _pattern().finditer(text):
            if not match[0].startswith("sk-") or max(map(len, match[0].split("-"))) >= SHORTEST:
                yield match.start()


def mask(text: str) -> str:
    """`text` with every known kind of token replaced."""
    if any(hint in text for hint in _HINTS):
        return _pattern().sub(MASK, text)
    return text


def _pattern() -> re.Pattern[str]:
    """The pattern of all tokens; compiled when the first hint turns up."""
    if not _compiled:
        _compiled.append(re.compile("|".join(_TOKENS)))
    return _compiled[0]


def looks_random(value: str) -> bool:
    """Whether a value is random text, as keys are: long, of one piece, and not of words and numbers."""
    if len(value) < SHORTEST or " " in value or "${" in value or value.startswith(("/", "./", "~")):
        return False
    if not any(map(str.isdigit, value)) or len(set(value)) < min(10, len(value) // 2):
        return False
    pieces = re.split(r"[^A-Za-z0-9]+", value)
    return sum(len(piece) for piece in pieces if not re.fullmatch(_WORD, piece)) >= SHORTEST
