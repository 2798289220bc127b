"""The journal of a run on its control Volume, and who may write there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from runner.backends.modal.appointment import driver
from runner.backends.modal.mount import Mount
from runner.backends.modal.names import JOURNAL
from runner.engine.events import Event, RunFinished
from runner.engine.journal import Journal
from runner.worker.trees import read_plain, write_all

_TAIL: Final = 4096
"""Bytes at the end of the published journal that are compared before more is added."""


class Dismissed(Exception):
    """Somebody else drives the run now."""


class Publication:
    """The published copy of one driver's journal. It is the beginning of that journal, always."""

    def __init__(self, control: Mount, call: str) -> None:
        """`call` is this driver's function call."""
        self._control = control
        self._call = call
        self._path = control.folder / JOURNAL
        self._known = -1

    def fetch(self, target: Path) -> None:
        """Copies what an earlier driver published to `target`; an empty file where there is nothing."""
        self.look()
        published = read_plain(self._path) if self._path.exists() else b""
        target.write_bytes(published)
        if not published or published.endswith(b"\n"):
            self._known = len(published)

    def look(self) -> None:
        """Shows the control folder as it is now. Raises Dismissed when somebody else was appointed."""
        self._control.reload()
        if driver(self._control.folder) != self._call:
            raise Dismissed

    def behind(self, journal: Path) -> bool:
        """Whether the journal has something that is not known to be published."""
        return journal.stat().st_size != self._known

    def commit(self) -> None:
        """Makes durable whatever else was written to the control folder."""
        self._control.commit()

    def publish(self, journal: Path) -> None:
        """Makes everything in the journal durable.

        Raises Dismissed, with nothing touched, when somebody else was appointed or has written.
        """
        self.look()
        published = self._path.stat().st_size if self._path.exists() else 0
        begin = max(0, published - _TAIL) if published == self._known else 0
        with journal.open("rb") as file:
            file.seek(begin)
            ours = file.read()
        self._append(begin, ours)
        self._control.commit()
        self._known = begin + len(ours)

    def _append(self, begin: int, ours: bytes) -> None:
        """Lets the published file go on from `begin` as ours does."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        try:
            theirs = os.pread(descriptor, os.fstat(descriptor).st_size - begin, begin)
            keep = len(theirs)
            if not ours.startswith(theirs):  # half a line of a driver that was killed, or another's lines
                keep = theirs.rfind(b"\n") + 1
                if begin or not ours.startswith(theirs[:keep]):
                    raise Dismissed
                os.ftruncate(descriptor, keep)
            os.lseek(descriptor, begin + keep, os.SEEK_SET)
            write_all(descriptor, ours[keep:])
        finally:
            os.close(descriptor)


class PublishedJournal(Journal):
    """A journal on the container's own disk whose lines are published before and after the loop acts.

    The line that the run is finished is held back: who reads it may rely on everything else.
    """

    def __init__(self, path: Path, publication: Publication) -> None:
        super().__init__(path)
        self._publication = publication
        self._finished = False

    def append(self, event: Event) -> None:
        """Writes one event."""
        super().append(event)
        self._finished = isinstance(event, RunFinished)

    def sync(self) -> None:
        """Publishes what was appended. Raises Dismissed when somebody else drives the run now."""
        if not self._finished:
            self._publication.publish(self.path)
