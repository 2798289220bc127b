"""What calls print, from the provider's own log."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from runner.backends.modal.troubles import provider_errors
from runner.engine.remote import LogLine

if TYPE_CHECKING:
    import modal

OLDEST: Final = 34 * 24 * 3600.0
"""Seconds back to which logs are asked for; the provider refuses longer ranges."""

LONGEST_LINE: Final = 1 << 16
"""Characters of a line that are handed on before its end is seen."""


def lines(call: modal.FunctionCall[Any], since: float) -> list[LogLine]:
    """What a call printed after `since` (epoch seconds), oldest first."""
    begin = max(since, time.time() - OLDEST)
    with provider_errors("logs"):
        entries = call.logs.fetch(since=datetime.fromtimestamp(begin, UTC))
        printed = ((one.timestamp.timestamp(), one.message) for one in entries if one.source != "system")
        return list(joined((at, text) for at, text in printed if at > since))


def joined(printed: Iterable[tuple[float, str]]) -> Iterator[LogLine]:
    """The lines of what was printed piece by piece, each with the time of its beginning."""
    rest, began = "", 0.0
    for at, text in printed:
        began = began if rest else at
        *whole, rest = (rest + text).split("\n")
        for line in whole:
            yield LogLine(began, line.removesuffix("\r"))
            began = at
        if len(rest) > LONGEST_LINE:
            yield LogLine(began, rest)
            rest = ""
    if rest:
        yield LogLine(began, rest)
