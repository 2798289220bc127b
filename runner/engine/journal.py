"""The journal of a run: append-only JSON lines, the one truth about what happened."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import msgspec

from runner.engine.events import Event, RunFinished, RunOpened
from runner.errors import ProviderError

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Event)


class Journal:
    """An open journal. Every line is one `write`, so a killed process leaves at most half a line.

    Only the first and the last line of a drive are forced to the disk. A killed process loses
    nothing without that, as the kernel has the lines; a machine that loses its power loses the
    same seconds of the work itself, and a task whose end was forgotten still has its result.
    """

    def __init__(self, path: Path) -> None:
        """Opens the journal at `path`, made if need be."""
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def read(self) -> list[Event]:
        """Every event so far. A last line without its end was never acted upon, and is dropped.

        Raises ProviderError when a whole line is not an event.
        """
        content = os.pread(self._descriptor, os.fstat(self._descriptor).st_size, 0)
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.ftruncate(self._descriptor, whole)
        return decode(content[:whole], self.path)

    def append(self, event: Event) -> None:
        """Writes one event. Raises OSError, with nothing written, when the disk does not take it."""
        self.write(_ENCODER.encode(event) + b"\n")
        if isinstance(event, RunOpened | RunFinished):
            os.fsync(self._descriptor)

    def sync(self) -> None:
        """Called before the loop acts on what it wrote, and after it acted.

        A journal whose place may vanish with its machine brings the lines to safety here.
        """

    def write(self, line: bytes) -> None:
        """Writes one line, whole or not at all."""
        written = os.write(self._descriptor, line)
        if written < len(line):
            os.ftruncate(self._descriptor, os.fstat(self._descriptor).st_size - written)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))

    def close(self) -> None:
        """Closes the file."""
        os.close(self._descriptor)


def read_events(path: Path) -> list[Event]:
    """The events of a journal that another process may be writing; none where there is no journal.

    Raises ProviderError when a whole line is not an event.
    """
    if not path.exists():
        return []
    content = path.read_bytes()
    return decode(content[: content.rfind(b"\n") + 1], path)


def decode(content: bytes, path: Path) -> list[Event]:
    """The events in whole lines; `path` is for the message. Raises ProviderError."""
    try:
        return _DECODER.decode_lines(content)
    except msgspec.DecodeError:
        pass
    for number, line in enumerate(content.split(b"\n"), start=1):
        try:
            if line:
                _DECODER.decode(line)
        except msgspec.DecodeError as error:
            raise ProviderError(
                "journal-damaged",
                f"this line of the run's journal cannot be read: {error}",
                place=f"{path}:{number}",
                fix="the file was changed by hand or written by another version; start the job again",
            ) from None
    return []
