"""Files of a run that stayed at its provider, as they are too large to come home with the rest."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from runner.engine.layout import RunLayout
from runner.errors import ProviderError


class Left(Struct, frozen=True):
    """One such file; `path` is relative to the run's folder."""

    path: str
    bytes: int
    sha256: str


def read_left(path: Path) -> list[Left]:
    """The files that a list names. Raises OSError and msgspec.DecodeError."""
    return msgspec.json.decode(path.read_bytes(), type=list[Left])


def left_behind(layout: RunLayout) -> dict[str, Left]:
    """The files that stayed, by path; none for a run of this machine.

    Raises ProviderError when the list was damaged.
    """
    try:
        return {file.path: file for file in read_left(layout.left)}
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        raise ProviderError(
            "left-damaged",
            f"the list of what stayed at the provider cannot be read: {error}",
            place=str(layout.left),
            fix=f"runner collect {layout.run} fetches it again",
        ) from None
