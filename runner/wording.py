"""Words for messages: the nearest known name, lists, amounts, and values that are safe to show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

MOST_SHOWN = 60
MOST_DECIMALS = 9


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like `name`, or nothing."""
    from difflib import get_close_matches

    lowered = {candidate.lower(): candidate for candidate in known}
    matches = get_close_matches(name.lower()[:100], lowered, 1, 0.6)
    return lowered[matches[0]] if matches else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A fix for an unknown name: the nearest known one, or all of them."""
    names = sorted(known)
    near = nearest(name, names)
    if near:
        return f"did you mean {near}?"
    return f"known here: {', '.join(names)}" if names else ""


def shown(value: object) -> str:
    """A value for a message: one line, short, without control characters."""
    import json

    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    return printable(text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…")


def printable(text: str) -> str:
    """`text` with everything that could move a terminal's cursor or break a line replaced."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def choices(names: Iterable[str], word: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    *most, last = list(names)
    return f"{', '.join(most)} {word} {last}" if most else last


def dollars(amount: float) -> str:
    """US dollars: cents normally, more digits for less than ten cents. Only nothing is `$0.00`."""
    if 0 < amount < 0.000_05:
        return "<$0.0001"
    return f"${amount:,.2f}" if amount >= 0.1 or amount == 0 else f"${amount:.4f}"


def dollars_apart(amount: float, other: float) -> tuple[str, str]:
    """Two different amounts, with digits enough to tell them apart."""
    texts = dollars(amount), dollars(other)
    decimals = 2
    while texts[0] == texts[1] and decimals < MOST_DECIMALS:
        decimals += 1
        texts = f"${amount:,.{decimals}f}", f"${other:,.{decimals}f}"
    return texts


def point(task: str, parameters: Mapping[str, str]) -> str:
    """`[lr=0.1, note=x y/z]` for a task whose id is a mere number; empty for any other."""
    if not parameters or not task.rpartition("/")[2].isdecimal():
        return ""
    text = printable(", ".join(f"{key}={value}" for key, value in parameters.items()))
    return f"[{text if len(text) <= 2 * MOST_SHOWN else text[: 2 * MOST_SHOWN - 1] + '…'}]"
