"""Fetches the leaderboard's data: one wheel from the package registry, pinned by its hash.

The package `bfcl-eval` is never installed: it pins versions that training cannot have. pip fetches the wheel
and checks the hash; of its files only the data are unpacked.
"""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Final

from workloads.textgames.envs.base import GameError
from workloads.textgames.envs.bfcl.rows import CATEGORIES

VERSION: Final = "2026.3.23"
SHA256: Final = "3bb6dfa5f0c68ad403c9ec50b00db2bb3b4cc9b38ab1ff33f48fe30d853d3a0a"
PINNED: Final = f"bfcl-eval=={VERSION} --hash=sha256:{SHA256}\n"
ADVICE: Final = "or unpack its wheel and give the folder as the argument `data`"

FILES: Final = tuple(
    f"{folder}BFCL_v4_{category}.json" for category in CATEGORIES for folder in ("", "possible_answer/")
)
"""What is unpacked of `bfcl_eval/data` in the wheel."""

_DEADLINE: Final = 120.0
_MOST_BYTES: Final = 16 * 2**20


def fetch(folder: Path) -> None:
    """Makes the folder, with the files in it. Raises GameError.

    It appears whole or not at all, and two processes may do this at the same time.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".bfcl-") as temporary:
            unpacked = Path(temporary) / "data"
            _unpack(wheel(Path(temporary)), unpacked)
            _publish(unpacked, folder)
    except OSError as error:
        raise GameError(
            f"{folder} cannot be written: {error.strerror}; set XDG_CACHE_HOME, {ADVICE}"
        ) from None


def wheel(folder: Path) -> Path:
    """Downloads the wheel into the folder, verified. Raises GameError."""
    requirement = folder / "requirement.txt"
    requirement.write_text(PINNED)
    options = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--no-input", "--quiet"]
    limits = ["--disable-pip-version-check", "--retries=2", "--timeout=15"]
    where = ["--requirement", str(requirement), "--dest", str(folder)]
    try:
        done = subprocess.run(
            [*_pip(), "download", *options, *limits, *where],
            capture_output=True,
            text=True,
            timeout=_DEADLINE,
        )
    except subprocess.TimeoutExpired:
        raise GameError(
            f"the package registry did not send bfcl-eval {VERSION} in {_DEADLINE:g} s; try again, {ADVICE}"
        ) from None
    if "DO NOT MATCH THE HASHES" in done.stderr:
        raise GameError(
            f"the package registry's bfcl-eval {VERSION} is not the file that is pinned; "
            f"ask who runs the registry, {ADVICE}"
        )
    if done.returncode:
        raise GameError(
            f"bfcl-eval {VERSION} cannot be had from the package registry; check the network, {ADVICE}"
        )
    return next(folder.glob("*.whl"))


def _pip() -> list[str]:
    # A look at the module (find_spec) would pass for pip at work, and setuptools could no longer be imported.
    if any(importlib.metadata.distributions(name="pip")):
        return [sys.executable, "-m", "pip"]
    found = shutil.which("pip") or shutil.which("pip3")
    if found is None:
        raise GameError(f"there is no pip to fetch bfcl-eval {VERSION}; install it, {ADVICE}")
    return [found]


def _unpack(archive: Path, folder: Path) -> None:
    """Files by names of our own, so that no name in the archive says where something is written."""
    (folder / "possible_answer").mkdir(parents=True)
    with zipfile.ZipFile(archive) as opened:
        for name in FILES:
            with opened.open(f"bfcl_eval/data/{name}") as file:
                (folder / name).write_bytes(file.read(_MOST_BYTES))


def _publish(unpacked: Path, folder: Path) -> None:
    """Renames the folder into its place, unless another process was faster."""
    try:
        unpacked.rename(folder)
    except OSError:
        if not all((folder / name).is_file() for name in FILES):
            raise
