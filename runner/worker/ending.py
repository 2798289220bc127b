"""How a program ended, in words."""

from __future__ import annotations

import signal
from typing import NamedTuple


class Ending(NamedTuple):
    """How a program ended."""

    outcome: str
    exit_code: int | None = None
    reason: str = ""
    last_line: str = ""

    @property
    def sentence(self) -> str:
        """The reason, with the last line that the program printed, which is most likely why it failed."""
        return f"{self.reason}: {self.last_line}" if self.last_line else self.reason


def exited(code: int, last_line: str = "") -> Ending:
    """The ending of a program with this exit code; a negative one is the signal that killed it."""
    if code == 0:
        return Ending("succeeded", 0)
    if code < 0:
        return Ending("failed", code, f"it was killed by {_signal_name(-code)}")
    return Ending("failed", code, f"it ended with exit code {code}", last_line)


def not_started(program: str, error: OSError) -> Ending:
    """The ending of a program that the system would not start."""
    if isinstance(error, FileNotFoundError):
        return Ending("failed", 127, f"there is no program {program!r} on the path")
    return Ending("failed", 126, f"the program {program!r} cannot be started: {error.strerror}")


def in_seconds(number: float) -> str:
    """A duration for a sentence."""
    return "1 second" if number == 1 else f"{number:g} seconds"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # most real-time signals have no name
        return f"signal {number}"
