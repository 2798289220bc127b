"""How far a program is, by the last row that it wrote. Nothing in there is trusted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from runner.worker.trees import open_plain

LOOKED_AT: Final = 4096
"""Bytes at the end of the file in which the row is looked for."""


def last_progress(path: Path) -> dict[str, float]:
    """The numbers in the last whole line of a task's metrics.jsonl; empty where there is none."""
    try:
        with open_plain(path) as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - LOOKED_AT))
            lines = file.read().split(b"\n")[:-1]
        row = json.loads(lines[-1]) if lines else {}
        numbers = row.items() if isinstance(row, dict) else ()
        return {str(name): float(value) for name, value in numbers if isinstance(value, int | float)}
    except (OSError, ValueError, OverflowError, RecursionError):
        return {}
