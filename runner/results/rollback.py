"""A weight file put back as it stood before the run that changed it last."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from runner.errors import InputError, ProviderError
from runner.repository.git import Repository
from runner.results.files import replacing
from runner.results.held import Held, on_disk
from runner.results.pointer import landing_path
from runner.results.weight_content import content_at, content_before
from runner.results.weight_history import Step, steps


class Restored(Struct, frozen=True):
    """A file that was put back; `changed` is false where it stood like that already.

    `removed` where it is a pointer that did not exist before. `lfs` where what stands there now is the
    pointer of Git LFS, in place of the content.
    """

    path: str
    label: str
    changed: bool
    removed: bool = False
    lfs: bool = False


def rollback(repository: Repository, path: str, point: str | None = None) -> Restored:
    """Puts the file back as it stood before the latest merged run that changed it, or at `point`.

    Only the working tree is touched, and there only this file. Raises InputError where the file
    has uncommitted changes, or its old content cannot be found.
    """
    _require_committed(repository, path)
    wanted: Held | None
    if point is None:
        step = _latest(repository, path)
        label = f"before run {step.entry.report.run}"
        wanted = content_before(repository, path, step.entry, step.file)
    else:
        found = content_at(repository, path, point)
        label, wanted = found.label, found.held
    file = repository.root / path
    current = on_disk(repository, file) if file.is_file() else None
    if (wanted and wanted.sha256) == (current and current.sha256):
        return Restored(path, label, changed=False)
    if wanted is None:
        _remove(file)
        return Restored(path, label, changed=True, removed=True)
    as_pointer = wanted.lfs and (
        wanted.file is None or current is None or current.lfs or not _has_lfs(repository)
    )
    _replace(file, wanted, as_pointer=as_pointer)
    return Restored(path, label, changed=True, lfs=as_pointer)


def _has_lfs(repository: Repository) -> bool:
    """Whether git puts a pointer into a commit where the content stands in the working tree."""
    return bool(repository.text("config", "--default", "", "--get", "filter.lfs.clean"))


def _latest(repository: Repository, path: str) -> Step:
    """The merged run that changed the file last. Raises InputError where there is none."""
    known = steps(repository, path)
    merged = [step for step in known if step.where == "merged"]
    if not merged:
        newest = f"; {known[0].entry.report.run} is only {known[0].where}" if known else ""
        raise InputError(
            "never-changed",
            f"no merged run changed the file{newest}",
            place=path,
            fix="name a run or a commit with --to; the runs are listed by: runner weights log",
        )
    file = merged[0].file
    if file.pointer and path == file.path:
        raise InputError(
            "landed-as-pointer",
            f"of run {merged[0].entry.report.run} a pointer landed, and the file stayed as it was",
            place=path,
            fix=f"roll back the pointer with: runner weights rollback {landing_path(file)}",
        )
    return merged[0]


def _require_committed(repository: Repository, path: str) -> None:
    if repository.git(
        "--literal-pathspecs", "status", "--porcelain", "-z", "--untracked-files=all", "--ignored", "--", path
    ):
        raise InputError(
            "uncommitted-changes",
            "the file has changes that are not committed",
            place=path,
            fix=f"commit them, or drop them with: git restore --staged --worktree {path}",
        )


def _replace(file: Path, held: Held, *, as_pointer: bool) -> None:
    """Writes a file whole or not at all, with the permissions that it had."""
    with _in_words(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file) as new:
            held.write(new, as_pointer=as_pointer)


def _remove(file: Path) -> None:
    with _in_words(file):
        file.unlink()


@contextmanager
def _in_words(file: Path) -> Iterator[None]:
    """Raises ProviderError for what goes wrong with the disk inside."""
    try:
        yield
    except OSError as error:
        raise ProviderError(
            "cannot-write-file", f"the file could not be written: {error.strerror}", place=os.fspath(file)
        ) from None
