"""Takes the numbers that a program told W&B's client, where it wrote none itself.

What it logged becomes `metrics.jsonl` while it runs, and its summary becomes `metrics.json` in the end.
A file of that name that the program made is left to it. Nothing that W&B's files say is trusted.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from runner.worker.trees import write_all
from runner.worker.wandb_log import AT_ONCE, DamagedError, Logged, WandbLog
from runner.worker.wandb_values import MOST_NAMES, number_in, numbers_in

MOST_LOOKS: Final = (64 << 20) // AT_ONCE
"""Looks at a file with something new in it, over all files of an attempt."""

MOST_ROWS: Final = 64 << 20
"""Bytes of `metrics.jsonl`."""

MOST_RUNS: Final = 20
"""Runs that a program may begin at W&B, one after the other."""


class Harvest:
    """Reads below the folder `wandb` of an attempt's output, and writes into the output."""

    def __init__(self, output: Path) -> None:
        self._output = output
        self._logs: dict[str, WandbLog] = {}
        self._spoilt: set[str] = set()
        self._rows = _Rows(output / "metrics.jsonl")
        self._summary: dict[str, float] = {}
        self._looks = MOST_LOOKS

    def look(self) -> bool:
        """Takes in what is new, up to a bound; whether there was any. Raises OSError for a full disk."""
        found = False
        lines: list[str] = []
        for name, log in self._found():
            before = log.place
            try:
                for logged in log.read():
                    self._take(logged, lines)
            except (DamagedError, OSError):
                self._spoilt.add(name)
            if log.place > before:
                found = True
                self._looks -= 1
        self._rows.append(lines)
        return found

    def finish(self) -> None:
        """Takes in the rest once the program has ended, and writes the summary.

        W&B's links go: where they lead to is elsewhere, or lies beside them anyway.
        """
        if self._output.is_symlink() or not self._output.is_dir():
            return
        while self.look():
            pass
        self.close()
        summary = self._output / "metrics.json"
        if self._summary and not os.path.lexists(summary):
            summary.write_text(json.dumps(self._summary), encoding="utf-8")
        self._remove_links()

    def close(self) -> None:
        """Lets go of what is open; nothing more is written."""
        self._rows.close()

    def _found(self) -> Iterator[tuple[str, WandbLog]]:
        """The files there are, in the order of their folders' names, while there is time for them."""
        for folder in sorted(_folders(self._output / "wandb"), key=lambda name: name.rpartition("run-")[2]):
            if self._looks <= 0 or len(self._spoilt) >= MOST_RUNS:
                return
            if folder in self._spoilt:
                continue
            if folder not in self._logs:
                path = _run_file(self._output / "wandb" / folder)
                if path is None or len(self._logs) >= MOST_RUNS:
                    continue
                self._logs[folder] = WandbLog(path)
            yield folder, self._logs[folder]

    def _take(self, logged: Logged, lines: list[str]) -> None:
        numbers = numbers_in(logged.values)
        if logged.is_row:
            step = number_in(logged.values.get("_step", ""))
            if numbers and len(numbers) <= MOST_NAMES:
                lines.append(json.dumps(numbers if step is None else {"step": step, **numbers}) + "\n")
            return
        for name in logged.removed:
            self._summary.pop(name, None)
        for name, number in numbers.items():
            if name in self._summary or len(self._summary) < MOST_NAMES:
                self._summary[name] = number

    def _remove_links(self) -> None:
        home = self._output / "wandb"
        places = [home, *(home / folder / "logs" for folder in _folders(home))]
        for place in places:
            with contextlib.suppress(OSError):
                for entry in list(os.scandir(place)):
                    is_ours = entry.name == "latest-run" or entry.name.startswith("debug")
                    if is_ours and entry.is_symlink():
                        Path(entry.path).unlink()


class _Rows:
    """A `metrics.jsonl` of our own, for as long as nobody else makes or changes one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._size = 0
        self._is_given_up = False

    def append(self, lines: list[str]) -> None:
        """Adds lines. Raises OSError when the disk is full."""
        if not lines or self._is_given_up:
            return
        data = "".join(lines).encode()
        if not self._is_ours() or self._size + len(data) > MOST_ROWS:
            self._is_given_up = True
            return
        assert self._descriptor is not None
        write_all(self._descriptor, data)
        self._size += len(data)

    def close(self) -> None:
        """Lets go of the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor, self._is_given_up = None, True

    def _is_ours(self) -> bool:
        """Whether the file is there as we left it; it is made where there is none yet."""
        try:
            if self._descriptor is None:
                kind = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
                self._descriptor = os.open(self._path, kind, 0o644)
                return True
            there = self._path.lstat()
        except (FileExistsError, FileNotFoundError, NotADirectoryError):
            return False
        return os.path.samestat(there, os.fstat(self._descriptor)) and there.st_size == self._size


def _folders(home: Path) -> list[str]:
    """The folders of runs."""
    try:
        return [
            entry.name
            for entry in os.scandir(home)
            if entry.name.startswith(("run-", "offline-run-")) and entry.is_dir(follow_symlinks=False)
        ]
    except OSError:
        return []


def _run_file(folder: Path) -> Path | None:
    try:
        names = [entry.name for entry in os.scandir(folder)]
    except OSError:
        return None
    found = sorted(name for name in names if name.startswith("run-") and name.endswith(".wandb"))
    return folder / found[0] if found else None
