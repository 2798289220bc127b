"""What a plan hands to a program beside its working copy: small files, and variables from its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from runner.worker.trees import UnsafePathError, inside, open_plain

LONGEST: Final = 4096
"""Bytes of a variable that is read from a file."""


class InputMissingError(Exception):
    """An earlier task did not leave what this one is to be told."""


def write_files(files: Mapping[str, str], folder: Path) -> None:
    """Writes texts by name into a folder. Raises UnsafePathError for a name that leads elsewhere."""
    for name, text in files.items():
        path = inside(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def read_variables(paths: Mapping[str, str], inputs: Path) -> dict[str, str]:
    """Variables from files of one line each, by their paths below `inputs`. Raises InputMissingError."""
    return {variable: _line(variable, path, inputs) for variable, path in paths.items()}


def _line(variable: str, path: str, inputs: Path) -> str:
    try:
        with open_plain(inside(inputs, path)) as file:
            content = file.read(LONGEST + 1)
        text = content.decode().strip()
    except (OSError, UnsafePathError):
        raise InputMissingError(f"{variable} is to be read from {path}, which no earlier task left") from None
    except UnicodeDecodeError:
        text = ""
    if not text or not text.isprintable() or len(content) > LONGEST:
        raise InputMissingError(f"{variable} is to be read from {path}, which is not one line of text")
    return text
