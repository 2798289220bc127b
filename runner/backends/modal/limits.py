"""How long things may take at the provider."""

from __future__ import annotations

from typing import Final

from runner.backends.spec import OVERHEAD

LONGEST: Final = 24 * 60 * 60
"""Seconds that the provider lets one call of a function take."""

SLICE: Final = LONGEST - OVERHEAD
"""Seconds; an attempt that may take longer is suspended then, and the next one goes on."""

WORK_FOR: Final = LONGEST - 60 * 60
"""Seconds after which a coordinator hands over to the next, before the provider ends it."""


def call_timeout(timeout: int) -> int:
    """Seconds that the call of an attempt may take, whose program may take `timeout`."""
    return min(LONGEST, timeout + OVERHEAD)
