"""Small writes that are whole or not there, and names of any bytes as text."""

from __future__ import annotations

import os
from pathlib import Path
from threading import get_ident

from runner.errors import ProviderError


def write_if_changed(path: Path, text: str) -> None:
    """Write `text` to `path` in one step, unless it stands there already. Raises OSError.

    Threads and processes may do so at the same time; the last one's text stays.
    """
    try:
        if path.read_text(encoding="utf-8", errors="surrogateescape") == text:
            return
    except FileNotFoundError:
        pass
    partial = path.with_name(f"{path.name}.{os.getpid()}-{get_ident()}.part")
    try:
        partial.write_text(text, encoding="utf-8", errors="surrogateescape")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def disk_error(path: Path, error: OSError) -> ProviderError:
    """What to raise when `path` cannot be written."""
    return ProviderError("disk", f"cannot be written: {error.strerror}", place=str(path))


def printable(path: bytes | str) -> str:
    """A path of any bytes as text that can be printed and stored, on one line."""
    raw = path if isinstance(path, bytes) else os.fsencode(path)
    text = raw.decode("utf-8", "backslashreplace")
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)
