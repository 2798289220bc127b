"""`published.json`: which files were published, and where each of them is."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct, json

FILE: Final = "published.json"


class PublishError(Exception):
    """Files were not put into a place: one sentence with the cause, and what to do."""


class PublishedFile(Struct, frozen=True, kw_only=True):
    """A file by its path below the published folder."""

    path: str
    bytes: int
    sha256: str


class Place(Struct, frozen=True, kw_only=True):
    """Where all the files are: `name` at `version` never changes, and `get` fetches it."""

    kind: Literal["wandb-artifact", "huggingface"]
    name: str
    version: str
    url: str
    get: str


class Published(Struct, frozen=True, kw_only=True):
    """What was published where; `problems` are sentences about places that took nothing."""

    schema: Literal["textgames/published/v1"] = "textgames/published/v1"
    files: list[PublishedFile]
    places: list[Place]
    problems: list[str]


def files_in(folder: Path) -> list[PublishedFile]:
    """All files below a folder, sorted by their paths."""
    found = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = path.stat().st_size
        found.append(PublishedFile(path=path.relative_to(folder).as_posix(), bytes=size, sha256=digest))
    return found


def write(published: Published, output: Path) -> None:
    """Leaves the record in the output folder."""
    (output / FILE).write_bytes(json.format(json.encode(published), indent=2) + b"\n")


def one_line(error: BaseException) -> str:
    """What an error is and says, on one line and not for ever."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]
