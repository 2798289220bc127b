"""The log of a server: written by its processes, read here for the last lines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

LINES: Final = 50
WIDTH: Final = 400
READ: Final = 512 * 1024
"""Bytes from the end in which a cause is looked for."""
_ESCAPES: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")


def read_end(path: Path, start: int, secret: str) -> str:
    """The end of a log, from byte `start` at the earliest, without escape codes and the secret."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(start, size - READ))
            text = file.read(READ).decode(errors="replace")
    except OSError:
        return ""
    return _ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).replace(secret, "***")


def tail(text: str) -> tuple[str, ...]:
    """The last lines that say something, none of them endless."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return tuple(line if len(line) <= WIDTH else f"{line[:WIDTH]}…" for line in lines[-LINES:])
