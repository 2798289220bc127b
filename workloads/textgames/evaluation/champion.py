"""Which weights a folder really holds: those that are checked out, and no pointers to them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, NamedTuple

ADAPTER: Final = "adapter_model.safetensors"
FULL: Final = "model.safetensors"
_CONFIGURATIONS: Final = {ADAPTER: "adapter_config.json", FULL: "config.json"}
_POINTER: Final = ".pointer.json"
_LFS: Final = b"version https://git-lfs.github.com/spec/"
_LONGEST_HEADER: Final = 100_000_000
"""Bytes; the format allows no more."""


class Weights(NamedTuple):
    """A folder with a model's weights, or with an adapter to lay over a model."""

    folder: Path
    is_adapter: bool


def weights_in(folder: Path) -> Weights | str:
    """The weights in a folder, or in a sentence why there are none that can be played."""
    for name, configuration in _CONFIGURATIONS.items():
        path = folder / name
        if path.is_file():
            if problem := _problem(path):
                return problem
            if not (folder / configuration).is_file():
                return f"{name} has no {configuration} beside it"
            return Weights(folder, name == ADAPTER)
    for name in _CONFIGURATIONS:
        if (folder / (name + _POINTER)).is_file():
            return f"{name} is kept elsewhere, and the repository has a pointer to it"
    return f"{folder.name} holds no weights"


def is_safetensors(path: Path) -> bool:
    """Whether a file begins with a header of the safetensors format that accounts for all its bytes."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= min(_LONGEST_HEADER, size - 8):
            return False
        try:
            header = json.loads(file.read(length))
            ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
            return size == 8 + length + max(ends, default=0)
        except (ValueError, RecursionError, AttributeError, KeyError, IndexError, TypeError):
            return False


def _problem(path: Path) -> str:
    """Why a file that should hold weights does not; empty where it does."""
    try:
        with path.open("rb") as file:
            if file.read(len(_LFS)) == _LFS:
                return f"{path.name} is kept in Git LFS and was not fetched"
        return "" if is_safetensors(path) else f"{path.name} is no safetensors file"
    except OSError as error:
        return f"{path.name} cannot be read ({error.strerror})"
