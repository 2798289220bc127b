"""The log of an attempt: live on disk, secrets masked, its size limited."""

from __future__ import annotations

import os
import re
from pathlib import Path

from runner.worker.masking import Mask
from runner.worker.trees import remove_tree, write_all

HEAD = 4 << 20
TAIL = 4 << 20
"""Bytes that are kept of the beginning and at least of the end; a log never takes more than 12 MiB."""

LAST = 4096
"""Bytes in which the last line is looked for."""

LONGEST = 300
"""Characters of a last line."""

CHATTER = "wandb:"
"""How the lines begin with which W&B's client takes leave, after the error of the program itself."""

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
"""What colours the text of a terminal."""


class Log:
    """Takes what the attempt prints. What is too much is taken out of the middle, and said so."""

    def __init__(self, path: Path, mask: Mask, head: int = HEAD, tail: int = TAIL) -> None:
        """Begins the log at `path`. `head` and `tail` are in bytes."""
        self._path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self._mask = mask
        self._head = head
        self._tail = tail
        self._size = 0
        self._left_out = 0
        self.written = 0
        """Bytes so far, those among them that were taken out."""
        self._within_line = False

    def write(self, data: bytes) -> None:
        """Takes what a program printed."""
        self._append(self._mask.feed(data))

    def note(self, text: str) -> None:
        """Adds a line of the runner's own."""
        self._append(self._mask.flush())
        line = f"[runner] {self._mask.text(text)}\n"
        self._append(b"\n" * self._within_line + line.encode("utf-8", "backslashreplace"))

    def last_line(self, since: int = 0) -> str:
        """The last line that says anything, of what came after the first `since` bytes; empty if none."""
        self._append(self._mask.flush())
        count = min(LAST, self.written - since, self._size)
        text = os.pread(self._descriptor, count, self._size - count).decode("utf-8", "replace")
        lines = [" ".join(line.split()) for line in _STYLE.sub("", text).splitlines()]
        for line in reversed(lines):
            if line and line.isprintable() and "\ufffd" not in line and not line.startswith(CHATTER):
                return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
        return ""

    def close(self) -> None:
        """Writes what was held back, and closes the file.

        A program may have put something else in its place, such as a pipe or a link to a file that
        is nobody's business: then what was printed is written there anew.
        """
        try:
            self._append(self._mask.flush())
            if not self._in_place():
                remove_tree(self._path)
                self._path.write_bytes(os.pread(self._descriptor, self._size, 0))
        finally:
            os.close(self._descriptor)

    def _in_place(self) -> bool:
        try:
            return os.path.samestat(self._path.lstat(), os.fstat(self._descriptor))
        except OSError:
            return False

    def _append(self, data: bytes) -> None:
        if not data:
            return
        write_all(self._descriptor, data)
        self._size += len(data)
        self.written += len(data)
        self._within_line = not data.endswith(b"\n")
        if self._size > self._head + 2 * self._tail:
            self._shorten()

    def _shorten(self) -> None:
        """Leaves the head and the tail. A reader that follows the file sees it become shorter."""
        tail = os.pread(self._descriptor, self._tail, self._size - self._tail)
        self._left_out += self._size - self._head - self._tail
        notice = f"\n[runner] about {self._left_out} bytes are left out here; the log is too long\n".encode()
        os.ftruncate(self._descriptor, self._head)
        write_all(self._descriptor, notice + tail)
        self._size = self._head + len(notice) + len(tail)
