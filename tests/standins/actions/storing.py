"""Artifacts and caches: folders, and who may see which."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import shutil
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class Refused(Exception):
    """What a step asked for is not to be had; the step fails with this."""


class Artifacts:
    """The artifacts of all runs. One with a name can be made once in a run, unless it is overwritten."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = threading.Lock()

    def of_run(self, run: int) -> dict[str, Path]:
        """A run's artifacts by name."""
        top = self.folder / str(run)
        return {path.name: path for path in sorted(top.iterdir())} if top.exists() else {}

    def make(self, run: int, name: str, overwrite: bool) -> Path:
        """A new folder for an artifact."""
        with self.lock:
            path = self.folder / str(run) / name
            if path.exists() and not overwrite:
                raise Refused(
                    "Failed to CreateArtifact: (409) Conflict: an artifact with this name already exists"
                )
            if path.exists():
                shutil.rmtree(path)
            path.mkdir(parents=True)
            return path


@dataclass(frozen=True)
class Scope:
    """Where a run may look for caches, and where it leaves its own: the ref of the run comes first."""

    refs: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One cache of one ref."""

    ref: str
    key: str
    version: str
    """What it holds: the paths."""
    folder: Path

    def holds(self, ref: str, version: str) -> bool:
        """Whether it is of this ref, and holds these paths."""
        return (self.ref, self.version) == (ref, version)

    @property
    def complete(self) -> bool:
        """Whether it may be read."""
        return (self.folder / ".saved").exists()


class Caches:
    """The caches of a repository.

    A run sees those of its own ref, of a pull request's base and of the default branch. They never change.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = threading.Lock()
        self.entries: list[Entry] = []
        self.seeds: dict[str, Path] = {}

    def seed(self, pattern: str, files: Iterable[Path]) -> None:
        """Answers every key that fits a pattern as if an earlier run had saved these, one for each path."""
        folder = self.folder / "seeded" / hashlib.sha256(pattern.encode()).hexdigest()[:16]
        folder.mkdir(parents=True)
        for number, path in enumerate(files):
            (folder / str(number)).symlink_to(path.resolve())
        self.seeds[pattern] = folder

    def find(self, scope: Scope, key: str, prefixes: list[str], version: str) -> dict[str, Any] | None:
        """The entry for a key, else the newest one with the first prefix that has any."""
        for ref in scope.refs:
            mine = [each for each in self.entries if each.holds(ref, version) and each.complete]
            exact = [each for each in mine if each.key == key]
            started = [[each for each in mine if each.key.startswith(prefix)] for prefix in prefixes]
            for fits in (exact, *started):
                if fits:
                    return {"key": fits[-1].key, "folder": str(fits[-1].folder)}
        for pattern, folder in self.seeds.items():
            if fnmatch.fnmatchcase(key, pattern):
                return {"key": key, "folder": str(folder)}
        return None

    def make(self, scope: Scope, key: str, version: str) -> dict[str, str] | None:
        """A folder for a new entry; None when the ref has the key."""
        with self.lock:
            if any(each.holds(scope.refs[0], version) and each.key == key for each in self.entries):
                return None
            name = hashlib.sha256(json.dumps([scope.refs[0], key, version]).encode()).hexdigest()[:16]
            folder = self.folder / name
            folder.mkdir(parents=True)
            self.entries.append(Entry(scope.refs[0], key, version, folder))
            return {"folder": str(folder)}

    @staticmethod
    def finish(folder: Path) -> None:
        """Says that an entry may be read."""
        (folder / ".saved").touch()


def scope_of(event: str, ref: str, default_branch: str, payload: Mapping[str, Any]) -> Scope:
    """The refs whose caches a run sees, its own first."""
    refs = [ref]
    if event == "pull_request":
        refs.append(f"refs/heads/{payload['pull_request']['base']['ref']}")
    return Scope(tuple(dict.fromkeys([*refs, f"refs/heads/{default_branch}"])))
