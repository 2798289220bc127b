"""The log of a running attempt, as this container prints it for others to follow."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, Final

LONGEST_LINE: Final = 1 << 16
"""Bytes of a line that are printed before its end is seen."""


class Echo:
    """Prints what a log grows by, whole lines at a time."""

    def __init__(self, log: Path, target: BinaryIO) -> None:
        """Makes the log, before the worker opens it: whatever a program puts in its place is not read."""
        self._descriptor = os.open(log, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        self._target = target
        self._printed = 0

    def turn(self) -> None:
        """Prints the lines that came since the last time.

        Where the worker took out the middle of a log that is too long, some of them are left out.
        """
        size = os.fstat(self._descriptor).st_size
        self._printed = min(self._printed, size)
        data = self._read(self._printed)
        end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        if not end and len(data) > LONGEST_LINE:
            end = len(data)
        self._print(data[:end])

    def finish(self) -> bytes:
        """Prints the rest, and returns the whole log."""
        rest = self._read(min(self._printed, os.fstat(self._descriptor).st_size))
        self._print(rest if not rest or rest.endswith(b"\n") else rest + b"\n")
        return self.content()

    def content(self) -> bytes:
        """The log so far."""
        return self._read(0)

    def close(self) -> None:
        """Closes the file."""
        os.close(self._descriptor)

    def _read(self, begin: int) -> bytes:
        parts = []
        while part := os.pread(self._descriptor, 1 << 20, begin):
            parts.append(part)
            begin += len(part)
        return b"".join(parts)

    def _print(self, data: bytes) -> None:
        if data:
            self._printed += len(data)
            self._target.write(data)
            self._target.flush()
