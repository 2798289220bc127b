"""Checkpoints that count only when they are whole: TRL's own, and a mark that is written last."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, Final

from msgspec import DecodeError, Struct, json

from workloads.textgames.settings import SettingsError

KEPT: Final = 2
MARK: Final = "complete.json"
_PREFIX: Final = "checkpoint-"


class Progress(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a training has shown so far. `seconds` of training, over all attempts; `run` as W&B names it."""

    identity: str
    step: int = 0
    seconds: float = 0.0
    run: str | None = None
    rows: list[dict[str, Any]] = []
    samples: list[dict[str, Any]] = []


class Checkpoints:
    """The checkpoints of one training in a folder. `identity` tells trainings with other settings apart."""

    def __init__(self, folder: Path, identity: str) -> None:
        self.folder = folder
        self._identity = identity

    def path(self, step: int) -> Path:
        """Where TRL writes the checkpoint of a step."""
        return self.folder / f"{_PREFIX}{step}"

    def latest(self) -> tuple[Path, Progress] | None:
        """The newest whole checkpoint, if there is one. Deletes torn ones. Raises SettingsError."""
        for step in sorted(self._steps(), reverse=True):
            found = _read(self.path(step))
            if found is None or found.step != step:
                shutil.rmtree(self.path(step), ignore_errors=True)
            elif found.identity != self._identity:
                raise SettingsError(
                    f"{self.folder} holds checkpoints of a training with other settings or another "
                    "seed: take another folder, or delete them"
                )
            else:
                return self.path(step), found
        return None

    def complete(self, progress: Progress) -> None:
        """Mark the checkpoint of a step as whole, with the progress so far; delete all but the newest two."""
        folder = self.path(progress.step)
        _settle(folder)
        partial = folder / f"{MARK}.partial"
        with partial.open("wb") as file:
            file.write(json.encode(progress))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(folder / MARK)
        for step in sorted(self._steps())[:-KEPT]:
            (self.path(step) / MARK).unlink(missing_ok=True)
            shutil.rmtree(self.path(step), ignore_errors=True)

    def _steps(self) -> list[int]:
        names = [each.name.removeprefix(_PREFIX) for each in self.folder.glob(f"{_PREFIX}*") if each.is_dir()]
        return [int(name) for name in names if name.isascii() and name.isdigit()]


def _read(folder: Path) -> Progress | None:
    """What a checkpoint's mark says; None for one that is torn."""
    try:
        return json.decode((folder / MARK).read_bytes(), type=Progress)
    except (OSError, DecodeError):
        return None


def _settle(folder: Path) -> None:
    """Have the files of a folder written to the disk before anything says that they are there."""
    for path in folder.iterdir():
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
