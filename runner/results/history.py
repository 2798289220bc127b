"""The runs that a repository knows of: those it holds under `results/`, and those of this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from runner.errors import InputError
from runner.results.model import Report
from runner.results.write import RESULT, read

RESULTS = "results"
LOCAL_RUNS = ".runner/runs"
REPORT = "report"


class Entry(Struct, frozen=True):
    """A run with the folder of its results; `published` if that folder is one of the repository."""

    directory: Path
    published: bool
    report: Report


def entries(root: Path, job: str | None = None) -> list[Entry]:
    """All runs (of one job), newest first. A run that is in both places counts as published.

    Folders that cannot be read are passed over; `unreadable` names them.
    """
    found: dict[str, Entry] = {}
    for directory, published in _folders(root, job):
        try:
            entry = _entry(directory, published)
        except InputError:
            continue
        if job is None or entry.report.job == job:
            found.setdefault(entry.report.run, entry)
    return sorted(found.values(), key=lambda entry: (entry.report.started, entry.report.run), reverse=True)


def unreadable(root: Path) -> list[str]:
    """A sentence for every results folder that cannot be read."""
    problems = []
    for directory, published in _folders(root, None):
        try:
            _entry(directory, published)
        except InputError as error:
            problems.append(str(error))
    return problems


def find(root: Path, run: str) -> Entry:
    """The run with this id, with a unique beginning of it, or the `latest`.

    Raises InputError when there is none, or more than one.
    """
    known = entries(root)
    found = next(iter(known), None) if run == "latest" else named(known, run)
    if found is None:
        raise InputError(
            "unknown-run", f"there are no results of a run {run}", fix="list them with: runner results list"
        )
    return found


def named(known: Sequence[Entry], run: str) -> Entry | None:
    """The one with this id, or a unique beginning of it; None where there is none.

    Raises InputError when several begin like that.
    """
    found = [entry for entry in known if entry.report.run == run]
    found = found or [entry for entry in known if run and entry.report.run.startswith(run)]
    if len(found) > 1:
        names = ", ".join(entry.report.run for entry in found[:10])
        raise InputError(
            "ambiguous-run", f"{run} is the beginning of {len(found)} runs", fix=f"write one of {names}"
        )
    return found[0] if found else None


def _entry(directory: Path, published: bool) -> Entry:
    """The run in a folder, whose name must be the run's: nothing in the file may lead elsewhere."""
    report = read(directory)
    names = (directory.parent.name, directory.name) if published else (report.job, directory.parent.name)
    if (report.job, report.run) != names or "/" in report.job:
        raise InputError(
            "misplaced-result", "the folder's name is not that of the run in it", place=str(directory)
        )
    return Entry(directory, published, report)


def _folders(root: Path, job: str | None) -> Iterator[tuple[Path, bool]]:
    """Every folder that holds a result, those of the repository first."""
    for path in sorted((root / RESULTS).glob(f"*/*/{RESULT}")):
        if job is None or path.parent.parent.name == job:
            yield path.parent, True
    for path in sorted((root / LOCAL_RUNS).glob(f"*/{REPORT}/{RESULT}")):
        yield path.parent, False
