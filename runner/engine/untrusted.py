"""JSON files of ours that a user's program may have replaced."""

from __future__ import annotations

from pathlib import Path
from typing import Final, TypeVar

import msgspec

from runner.engine.backend import Finished
from runner.engine.layout import RunLayout
from runner.worker.trees import open_plain

Decoded = TypeVar("Decoded")

LARGEST: Final = 16 << 20
"""Bytes; a larger file was not written by us."""


def decoded(path: Path, kind: type[Decoded]) -> Decoded | None:
    """What a file says; None where there is none, or it is not what it should be."""
    try:
        with open_plain(path) as file:
            content = file.read(LARGEST + 1)
        return msgspec.json.decode(content, type=kind) if len(content) <= LARGEST else None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def read_result(layout: RunLayout, task: str, attempt: int) -> Finished | None:
    """The result that an attempt left; None where there is none that can be read, or it is another's."""
    found = decoded(layout.result(task, attempt), Finished)
    return found if found and (found.task, found.attempt) == (task, attempt) else None
