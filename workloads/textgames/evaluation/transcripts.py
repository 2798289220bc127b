"""`transcripts.jsonl`: every turn of every player, a line as soon as it was played."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Self

FILE: Final = "transcripts.jsonl"


class Transcripts:
    """Writes the file anew; what was played before a kill is in it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / FILE).open("w", encoding="utf-8", errors="backslashreplace")

    def write(self, line: dict[str, Any]) -> None:
        """Add one turn, so that a kill does not lose it. What JSON does not know is written as text."""
        self._file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def lines(folder: Path) -> Iterator[dict[str, Any]]:
    """The turns in the file of a folder, in order."""
    with (folder / FILE).open(encoding="utf-8") as file:
        for text in file:
            yield json.loads(text)
