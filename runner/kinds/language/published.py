"""Where a training says that it has put its weights, `published.json`. Nothing in it is trusted.

A command in it is never shown: the commands are made here, of names that cannot be anything but names.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from runner.results.metrics import read_output
from runner.results.model import FOLDER, Place

FILE: Final = "published.json"
MODEL: Final = "model"
"""The folder of the output whose files were published."""

MOST_BYTES: Final = 1 << 20
_PART: Final = r"\.?[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_ADDRESS: Final = r"^(https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[A-Za-z0-9._~%/:+-]{0,400})?$(?!\n)"

Count = Annotated[int, Meta(ge=0, le=2**53)]
Address = Annotated[str, Meta(pattern=_ADDRESS)]


class PublishedFile(Struct, frozen=True, kw_only=True):
    """A file by its path below the published folder."""

    path: Annotated[str, Meta(pattern=rf"^{_PART}(/{_PART}){{0,7}}$(?!\n)")]
    bytes: Count
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]


class Artifact(Struct, frozen=True, kw_only=True, tag_field="kind", tag="wandb-artifact"):
    """A version of an artifact: `entity/project/name`."""

    name: Annotated[str, Meta(pattern=rf"^{_PART}/{_PART}/{_PART}$(?!\n)")]
    version: Annotated[str, Meta(pattern=r"^v[0-9]{1,9}$(?!\n)")]
    url: Address = ""


class Repository(Struct, frozen=True, kw_only=True, tag_field="kind", tag="huggingface"):
    """A commit of a repository of the hub: `owner/name`."""

    name: Annotated[str, Meta(pattern=rf"^{_PART}/{_PART}$(?!\n)")]
    version: Annotated[str, Meta(pattern=r"^[0-9a-f]{40}$(?!\n)")]
    url: Address = ""


class Published(Struct, frozen=True, kw_only=True):
    """What was published where; `problems` are sentences about what could not be."""

    schema: Literal["textgames/published/v1"]
    files: Annotated[list[PublishedFile], Meta(max_length=1_000)]
    places: Annotated[list[Artifact | Repository], Meta(max_length=8)]
    problems: Annotated[list[Annotated[str, Meta(max_length=1_000)]], Meta(max_length=8)] = []


def places(task: str, output: Path) -> tuple[dict[str, tuple[Place, ...]], list[str]]:
    """Where the files of a task's model are kept, by `task:path`, and warnings. Never raises.

    A file that lies here with another size than was published is not what was published, and left out.
    """
    try:
        content = read_output(output / FILE, MOST_BYTES)
        if content is None:
            return {}, []
        document = msgspec.json.decode(content, type=Published)
    except (OSError, ValueError, RecursionError) as problem:
        return {}, [f"{task}: {FILE} was ignored: {problem}"]
    found: dict[str, tuple[Place, ...]] = {}
    warnings = [f"{task}: {problem}" for problem in document.problems]
    for file in document.files:
        here = output / MODEL / file.path
        if here.is_file() and here.stat().st_size != file.bytes:
            warnings.append(
                f"{task}: {file.path} is not the file that was published, which was {file.bytes:,} bytes"
            )
        elif document.places:
            found[f"{task}:{MODEL}/{file.path}"] = tuple(_place(one, file.path) for one in document.places)
    return found, warnings


def _place(place: Artifact | Repository, path: str) -> Place:
    if isinstance(place, Artifact):
        get = ["wandb", "artifact", "get", f"{place.name}:{place.version}", "--root"]
        return Place("wandb-artifact", place.name, place.version, f"{shlex.join(get)} {FOLDER}", place.url)
    get = ["hf", "download", place.name, path, "--revision", place.version, "--local-dir"]
    return Place("huggingface", place.name, place.version, f"{shlex.join(get)} {FOLDER}", place.url)
