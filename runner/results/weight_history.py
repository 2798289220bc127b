"""A weight file through its runs: who changed it, and where each version is."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from runner.errors import InputError
from runner.repository.git import Repository
from runner.results.history import Entry, entries
from runner.results.model import Report, WeightFile
from runner.results.numbers import metric_text
from runner.results.pointer import landing_path
from runner.results.whereabouts import Where, whereabouts


class Step(Struct, frozen=True):
    """One run that made a new content of a file, and where that is by now."""

    entry: Entry
    file: WeightFile
    where: Where


def steps(repository: Repository, path: str | None = None) -> list[Step]:
    """The runs that changed the file (or any file, or the pointer in place of one), newest first."""
    known = entries(repository.root)
    where = whereabouts(repository, known)
    return [
        Step(entry, file, where[entry.report.run])
        for entry in known
        for file in entry.report.weights
        if path in (None, file.path, landing_path(file)) and file.sha256 != file.previous_sha256
    ]


def main_metric(report: Report, task: str) -> str:
    """The number that a run is remembered by: the first that a gate asks for, else the first."""
    metrics = next((one.metrics for one in report.tasks if one.id == task), {})
    demanded = [gate.metric for gate in report.gates if gate.task in ("", task)]
    for source in (metrics, report.metrics):
        names = [name for name in demanded if name in source]
        names += [name for name in source if not name.startswith("champion.")]
        if names:
            return f"{names[0]} {metric_text(source[names[0]])}"
    return ""


def repository_path(root: Path, argument: str, here: Path) -> str:
    """The path below the root of what a person in the folder `here` calls `argument`.

    Raises InputError where it lies outside the repository, in `.git`, or behind a link.
    """
    candidates = [Path(os.path.normpath(folder / argument)) for folder in (here, root)]
    path = next((one for one in candidates if one.exists() and one.is_relative_to(root)), candidates[0])
    if not path.is_relative_to(root) or path == root or ".git" in path.relative_to(root).parts:
        raise InputError(
            "path-outside",
            "this is no file of the repository",
            place=argument,
            fix="name a file such as data/weights/bot.toml; runner weights log lists them",
        )
    if path.is_symlink() or not path.parent.resolve().is_relative_to(root.resolve()):
        raise InputError("path-is-link", "the path goes through a symbolic link", place=argument)
    return path.relative_to(root).as_posix()
