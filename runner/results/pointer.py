"""What lands in the repository in place of a file that is too large for it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import json

from runner.results.fetching import from_run, verification
from runner.results.model import WeightFile

SUFFIX = ".pointer.json"


def landing_path(weight: WeightFile) -> str:
    """The file of the repository that a run replaces: the pointer, where the file is too large."""
    return weight.path + SUFFIX if weight.pointer else weight.path


def pointer(weight: WeightFile, job: str, run: str) -> bytes:
    """Says which run holds the file, where else it is kept, how to get it and how to know it again.

    The commands are for the root of the repository; `get` is followed by `unpack`.
    """
    get, unpack = from_run(weight, job, run)
    document = {
        "schema": "runner/pointer/v1",
        "path": weight.path,
        "run": run,
        "task": weight.task,
        "bytes": weight.bytes,
        "sha256": weight.sha256,
        "get": get,
        "unpack": unpack,
        "verify": verification(weight),
    }
    if weight.places:
        document["places"] = weight.places
    return json.format(json.encode(document), indent=2) + b"\n"


def large_paths(weights: Iterable[WeightFile]) -> frozenset[str]:
    """The files that land through Git LFS."""
    return frozenset(weight.path for weight in weights if weight.lfs)
