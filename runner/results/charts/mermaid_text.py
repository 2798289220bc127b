"""Texts and numbers that Mermaid reads as what they are."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Final

from runner.results.markdown import one_line

_MEANING: Final = str.maketrans({
    '"': "'", "`": "'", "<": "‹", ">": "›", "&": "＆", ";": ",", "{": "(", "}": ")", "[": "(", "]": ")",
    "\\": "/", "#": "＃",
})  # fmt: skip
_SUPERSCRIPT: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def quoted(text: str, limit: int = 80) -> str:
    """Text within quotation marks; empty where nothing is left of it.

    Whatever means something to Mermaid or HTML becomes a sign that looks like it: there is no way
    to escape.
    """
    plain = re.sub(r"([%$])\1+", r"\1", one_line(text, limit).translate(_MEANING)).strip()
    return f'"{plain}"' if plain else ""


def power_of(values: Iterable[float]) -> int:
    """The power of ten, a multiple of three, to count in where numbers are very large or small."""
    largest = max(map(abs, values))
    if largest < 1e-300 or 1e-3 <= largest < 1e5:
        return 0
    return math.floor(math.log10(largest) / 3) * 3


def counted(numbers: Iterable[float], power: int) -> list[float]:
    """Numbers counted in a power of ten, to a billionth."""
    return [round(one / 10.0**power, 9) for one in numbers]


def axis_line(side: str, text: str, power: int, low: float, high: float) -> str:
    """The line for the axis `x` or `y`: what it counts, in which power of ten, and its ends in that."""
    unit = f"{one_line(text, 60)} (×10{str(power).translate(_SUPERSCRIPT)})" if power else text
    ends = f"{number(low, high - low)} --> {number(high, high - low)}"
    return " ".join(filter(None, (f"{side}-axis", quoted(unit), ends)))


def values(numbers: Iterable[float], power: int, width: float) -> str:
    """Numbers counted in a power of ten, on an axis of this width."""
    return f"[{', '.join(number(one, width) for one in counted(numbers, power))}]"


def number(value: float, width: float) -> str:
    """A number without an exponent, which Mermaid does not read, to a thousandth of `width`."""
    places = min(12, max(0, 3 - math.floor(math.log10(width))))
    text = f"{value:.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
