"""A Volume as a container sees it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

PATIENCE: Final = 300.0
"""Seconds of trouble with the provider that a container sits out before it gives up."""

_LONGEST_PAUSE: Final = 15.0


class Volume(Protocol):
    """What is used of a `modal.Volume`."""

    def reload(self) -> None:
        """Shows what was committed elsewhere."""
        ...

    def commit(self) -> None:
        """Makes durable, and shows to others, what was written here."""
        ...


class Mount:
    """A mounted Volume: a folder that shows what had been committed when it was last reloaded.

    No file in it may be open meanwhile: the provider refuses to reload then.
    """

    def __init__(self, volume: Volume, folder: Path) -> None:
        self.folder = folder
        self._volume = volume

    def reload(self) -> None:
        """Takes in what others committed. Raises what the SDK does when it fails for minutes."""
        patiently(self._volume.reload)

    def commit(self) -> None:
        """Brings to safety what was written. Raises what the SDK does when it fails for minutes."""
        patiently(self._volume.commit)


def patiently(call: Callable[[], None], patience: float = PATIENCE) -> None:
    """Calls until it succeeds; the last failure is raised when `patience` seconds are over.

    The SDK repeats a request for about a second only, and a container that gave up then would use up
    one of the few restarts that the provider grants it.
    """
    deadline = time.monotonic() + patience
    pause = 0.5
    while True:
        try:
            return call()
        except Exception:  # the SDK raises anything from its own errors to plain RuntimeError here
            if time.monotonic() + pause > deadline:
                raise
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
