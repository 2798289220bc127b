"""Waiting in tests for what happens elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


def eventually(answer: Callable[[], Answer], seconds: float = 10.0) -> Answer:
    """The first true answer; an error when the time is up."""
    deadline = time.monotonic() + seconds
    while not (given := answer()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return given
