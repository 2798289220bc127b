"""Scalars by the core schema of YAML 1.2, and nothing more.

`3e-5` and `1e3` are numbers, `0o17` is octal; `yes`, `on`, `1_000`, `12:30:45` and dates are text.
https://yaml.org/spec/1.2.2/#103-core-schema
"""

from __future__ import annotations

import math
import re
from typing import Final


class Special:
    """A plain scalar that is no value of its own: the parser or the caller decides."""

    def __init__(self, name: str) -> None:
        self.name = name


NULL: Final = Special("null")
MERGE: Final = Special("<<")
OUT_OF_RANGE: Final = Special("a number out of range")

_WORDS: Final[dict[str, object]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), NULL),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    "<<": MERGE,
}
_NUMBER_STARTS: Final = frozenset("-+.0123456789")
_DECIMAL: Final = re.compile(r"[-+]?(?:(\d+)|(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?)", re.ASCII).fullmatch
_BASED: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+").fullmatch
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)").fullmatch
_LARGEST: Final = 2**63


def resolve(text: str) -> object:
    """The value of a plain scalar: a number, a boolean or a `Special`; None where it is just text."""
    if text[:1] not in _NUMBER_STARTS:
        return _WORDS.get(text)
    match = _DECIMAL(text)
    if match is None:
        return _unusual(text)
    if match[1] is None:
        number = float(text)
        return number if math.isfinite(number) else OUT_OF_RANGE
    return _whole(text, 10)


def _unusual(text: str) -> object:
    if _BASED(text):
        return _whole(text, 0)
    return OUT_OF_RANGE if _NOT_FINITE(text) else _WORDS.get(text)


def _whole(text: str, base: int) -> object:
    """An integer that fits into 64 bits, as every reader of JSON can hold it."""
    if len(text) > 24:
        return OUT_OF_RANGE
    number = int(text, base)
    return number if -_LARGEST <= number < _LARGEST else OUT_OF_RANGE
