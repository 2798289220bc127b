"""Where the leaderboard's data are: in a folder that was given, or in a cache, fetched once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from workloads.textgames.envs.base import GameError
from workloads.textgames.envs.bfcl import download

VARIABLE: Final = "TEXTGAMES_BFCL_DATA"
SHARED_CACHE: Final = Path("/cache")
"""The volume that a run's machines share, where there is one."""


def folder(given: str | None) -> Path:
    """The folder with the files of questions, and one of answers in it. Raises GameError.

    `given`, or else what TEXTGAMES_BFCL_DATA says, is where the wheel is unpacked, or the data folder in it.
    """
    named = given or os.environ.get(VARIABLE)
    if named:
        return _in(Path(named).expanduser())
    cached = _cache() / "textgames" / f"bfcl-eval-{download.VERSION}"
    if not all((cached / name).is_file() for name in download.FILES):
        download.fetch(cached)
    return cached


def _in(root: Path) -> Path:
    for found in (root, root / "data", root / "bfcl_eval" / "data"):
        if (found / "possible_answer").is_dir():
            return found
    raise GameError(f"{root} has no data of bfcl-eval; give the folder where its wheel is unpacked")


def _cache() -> Path:
    if os.environ.get("XDG_CACHE_HOME"):
        return Path(os.environ["XDG_CACHE_HOME"])
    if SHARED_CACHE.is_dir() and os.access(SHARED_CACHE, os.W_OK):
        return SHARED_CACHE
    return Path.home() / ".cache"
