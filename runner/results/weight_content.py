"""What a weight file held: after a run, before it, at a commit, or as it stands."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from runner.errors import InputError
from runner.repository.git import Repository
from runner.repository.lfs import describe
from runner.results.blobs import landing, parents, search
from runner.results.held import Held, at, in_git, on_disk
from runner.results.history import LOCAL_RUNS, Entry, entries, named
from runner.results.model import WeightFile
from runner.results.pointer import landing_path, pointer
from runner.results.weight_history import steps
from runner.worker.trees import UnsafePathError, inside

WORKING_TREE = "the working tree"


class Content(Struct, frozen=True):
    """What a file held at some point, named by `label` for people."""

    label: str
    held: Held


def content_at(repository: Repository, path: str, point: str | None) -> Content:
    """What the file held after a run, at a commit, or (for None) holds in the working tree.

    `point` is a run's id, the unique beginning of one, `latest`, or anything that git takes for a
    commit. Raises InputError where it is none of these, or the file was not there.
    """
    if point is None:
        file = repository.root / path
        if not file.is_file():
            raise InputError("no-such-file", "there is no such file", place=path)
        return Content(WORKING_TREE, on_disk(repository, file))
    entry = _entry(repository, path, point)
    if entry is not None:
        return _after(repository, path, entry, _made(entry, path))
    commit = repository.commit(point)
    if commit is None:
        raise InputError(
            "unknown-point",
            f"{point} is neither a run nor a commit",
            place=path,
            fix=f"list the runs that changed the file with: runner weights log {path}",
        )
    held = at(repository, commit, path)
    if held is None:
        raise InputError("no-such-file", f"there was no such file at {point}", place=path)
    return Content(f"commit {commit[:12]}", held)


def content_before(repository: Repository, path: str, entry: Entry, file: WeightFile) -> Held | None:
    """What the file held before a run that is merged; None for a pointer that was not there.

    Raises InputError where it did not exist, or cannot be found.
    """
    run = entry.report.run
    commit = landing(repository, entry)
    before = [] if commit is None else [at(repository, one, path) for one in parents(repository, commit)]
    known = [held for held in before if held is not None and held.sha256 == file.previous_sha256]
    held = next(iter(known or before), None)
    if path != file.path:
        return held
    if held is None or held.sha256 == file.sha256:
        held = search(repository, path, file.previous_sha256)
    if held is not None:
        return held
    if not file.previous_sha256:
        raise InputError(
            "made-by-run",
            f"the file did not exist before run {run}",
            place=path,
            fix=f"remove it with: git rm {path}",
        )
    raise InputError(
        "content-missing",
        f"what the file held before run {run} is not in the history of this repository",
        place=path,
        fix="git fetch --unshallow, in a shallow clone",
    )


def _entry(repository: Repository, path: str, point: str) -> Entry | None:
    """The run that `point` names, the latest one being the latest that changed the file."""
    latest = steps(repository, path)[:1] if point == "latest" else []
    return latest[0].entry if latest else named(entries(repository.root), point)


def _made(entry: Entry, path: str) -> WeightFile:
    """What the run says of the file. Raises InputError where it did not make it."""
    for file in entry.report.weights:
        if path in (file.path, landing_path(file)):
            return file
    raise InputError(
        "run-without-file",
        f"the run {entry.report.run} did not make this file",
        place=path,
        fix=f"list the runs that did with: runner weights log {path}",
    )


def _after(repository: Repository, path: str, entry: Entry, file: WeightFile) -> Content:
    """What a run made of the file: in the commit that brought its results, in its own folder, or
    anywhere in history.
    """
    label = f"run {entry.report.run}"
    commit = landing(repository, entry)
    held = None if commit is None else at(repository, commit, path)
    if path != file.path:
        made = pointer(file, entry.report.job, entry.report.run)
        return Content(label, held or in_git(repository, made))
    if held is None or held.sha256 != file.sha256:
        held = _kept(repository.root, entry, file) or search(repository, path, file.sha256)
    elif held.lfs and held.file is None and (kept := _kept(repository.root, entry, file)):
        held = replace(held, file=kept.file)
    if held is None:
        where = "where the run was made: runner results download " + entry.report.run
        raise InputError(
            "content-missing",
            f"the content that {label} made is neither in the history of this repository nor under "
            f"{LOCAL_RUNS}",
            place=path,
            fix=where if file.pointer else f"git fetch --unshallow, in a shallow clone; or {where}",
        )
    return Content(label, held)


def _kept(root: Path, entry: Entry, file: WeightFile) -> Held | None:
    """The file as it lies in the outputs of a run of this machine."""
    try:
        path = inside(root / LOCAL_RUNS / entry.report.run, file.source)
    except UnsafePathError:
        return None
    if not path.is_file() or path.is_symlink():
        return None
    sha256 = describe(path).sha256
    return Held(sha256, file=path) if sha256 == file.sha256 else None
