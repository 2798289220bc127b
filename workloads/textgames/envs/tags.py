"""Tags in replies: `<action>up</action>`. A reply is text that nobody vouches for."""

from __future__ import annotations

from typing import Final

ECHOED: Final = 40
"""The characters of a reply that an observation repeats at most."""


def tagged(text: str, tag: str, *, closed: bool = True) -> str | None:
    """What stands between the first `<tag>` and the next `</tag>`; None where there is no such pair.

    With `closed` false a tag that is never closed reaches to the end of the text, as it does where a
    model stops at its closing tag, or runs out of tokens.
    """
    _, opening, rest = text.partition(f"<{tag}>")
    inside, closing, _ = rest.partition(f"</{tag}>")
    if not opening or (closed and not closing):
        return None
    return inside


def echo(text: str) -> str:
    """A part of a reply, short enough to be repeated to the player."""
    return text if len(text) <= ECHOED else f"{text[:ECHOED]}…"
