"""Reads the file in which W&B's client keeps a run, `run-<id>.wandb`, also while it is being written.

The file begins with 7 bytes and goes on in LevelDB's log format: records in blocks of 32 KiB, each with
a checksum, cut into pieces where a block ends. A record is a message of W&B's in Protocol Buffers; two
kinds of it hold what a program logged. Only the few fields that are needed are read.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from runner.worker.trees import open_plain

BLOCK: Final = 1 << 15
LONGEST: Final = 4 << 20
"""Bytes; a longer record is passed over."""

AT_ONCE: Final = 1 << 18
"""Bytes of the file that one look takes in; more than a block, so that each gets on."""

_HEADER: Final = b":W&B\xe1\xbe\0"
_PIECE: Final = struct.Struct("<IHB")
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4

_HISTORY, _SUMMARY = 2, 3
_ITEM, _REMOVED = 1, 2
_KEY, _NESTED_KEY, _VALUE = 1, 2, 16


class Logged(NamedTuple):
    """What one record says: values in JSON by name, and the names that it takes back.

    It is a row of the history, or a change of the summary.
    """

    is_row: bool
    values: dict[str, str]
    removed: list[str]


class DamagedError(Exception):
    """The file is not, or no longer, what W&B writes."""


class WandbLog:
    """One file, read from where the last look ended: from `place` on, in bytes."""

    def __init__(self, path: Path) -> None:
        self.place = 0
        self._path = path
        self._pieces: list[bytes] | None = None
        self._size = 0

    def read(self) -> Iterator[Logged]:
        """What came since the last time, AT_ONCE bytes of it at most.

        Raises DamagedError, for good, where the file makes no sense, and OSError.
        """
        with open_plain(self._path) as file:
            file.seek(self.place)
            data = file.read(AT_ONCE)
        start = self.place
        if start == 0:
            if not _HEADER.startswith(data[: len(_HEADER)]):
                raise DamagedError("it does not begin as W&B's files do")
            if len(data) < len(_HEADER):
                return
            self.place = len(_HEADER)
        for kind, content in self._take(data, start):
            record = self._joined(kind, content)
            if record is not None and (logged := _logged(record)) is not None:
                yield logged

    def _take(self, data: bytes, start: int) -> Iterator[tuple[int, bytes]]:
        """The whole pieces in `data`, which stands at `start` of the file."""
        end = start + len(data)
        while True:
            left = BLOCK - self.place % BLOCK
            if left < _PIECE.size:
                self.place += left
                continue
            body = self.place + _PIECE.size
            if body > end:
                return
            checksum, length, kind = _PIECE.unpack_from(data, self.place - start)
            if length > left - _PIECE.size:
                raise DamagedError("a piece is longer than its block")
            if body + length > end:
                return
            content = data[body - start : body - start + length]
            if zlib.crc32(content, zlib.crc32(bytes([kind]))) != checksum:
                raise DamagedError("a checksum is wrong")
            self.place = body + length
            yield kind, content

    def _joined(self, kind: int, content: bytes) -> bytes | None:
        """A record, once it is whole."""
        if kind == _FULL:
            return content
        if kind == _FIRST:
            self._pieces, self._size = [], 0
        elif kind not in (_MIDDLE, _LAST):
            raise DamagedError("a piece is of no known kind")
        if self._pieces is None:
            return None
        self._size += len(content)
        self._pieces.append(content)
        if self._size > LONGEST:
            self._pieces = None
        elif kind == _LAST:
            record, self._pieces = b"".join(self._pieces), None
            return record
        return None


def _logged(record: bytes) -> Logged | None:
    """What a record holds of a history or a summary; None for any other. Raises DamagedError."""
    for field, content in _fields(record):
        if field in (_HISTORY, _SUMMARY):
            parts = list(_fields(content))
            values = dict(_item(part) for number, part in parts if number == _ITEM)
            if field == _HISTORY:
                return Logged(True, values, [])
            return Logged(False, values, [_item(part)[0] for number, part in parts if number == _REMOVED])
    return None


def _item(data: bytes) -> tuple[str, str]:
    """The name of an item, the parts of a nested one joined by dots, and its value in JSON."""
    key, nested, value = "", [], ""
    for field, content in _fields(data):
        text = content.decode("utf-8", "replace")
        if field == _KEY:
            key = text
        elif field == _NESTED_KEY:
            nested.append(text)
        elif field == _VALUE:
            value = text
    return key or ".".join(nested), value


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of a message that are messages or texts themselves. Raises DamagedError."""
    place = 0
    while place < len(data):
        tag, place = _number(data, place)
        kind = tag & 7
        if kind == 2:
            length, place = _number(data, place)
            if place + length > len(data):
                raise DamagedError("a field is longer than its message")
            yield tag >> 3, data[place : place + length]
            place += length
        elif kind == 0:
            _, place = _number(data, place)
        elif kind in (1, 5):
            place += 8 if kind == 1 else 4
        else:
            raise DamagedError("a field is of no known kind")


def _number(data: bytes, place: int) -> tuple[int, int]:
    """A number of 7 bits a byte, and the place after it."""
    number = shift = 0
    while True:
        if place >= len(data) or shift > 63:
            raise DamagedError("a number has no end")
        byte = data[place]
        place += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, place
        shift += 7
