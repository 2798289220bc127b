"""Telling people what is waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Final

QUIET: Final = 2.0
"""Seconds after which somebody who waits is told what for."""


@contextmanager
def noted(note: Callable[[str], None], text: str) -> Iterator[None]:
    """Says what is waited for, if it takes long."""
    timer = Timer(QUIET, note, (text,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
