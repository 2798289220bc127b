"""Which manifests a pull request adds, changes, renames or removes.

One is changed where a file is that it includes.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from runner.errors import InputError
from runner.pipeline.changes import FOLDER, is_manifest, manifests_in
from runner.pipeline.inclusions import including
from runner.repository.blobs import blobs
from runner.repository.differences import Difference, differences
from runner.repository.git import Repository
from runner.workflows.check_file import MOST_MANIFESTS, Change

SIMILAR: Final = 50
"""Percent of a file that must be the same for it to be one that was renamed, as for git itself."""


class ChangedManifest(Struct, frozen=True):
    """A manifest that differs between two commits.

    `before` is its path in the older one, where that is another; `content` what it held there, None
    where it was no plain file. `plain` says that it is one now, and that its name can be printed.
    """

    path: str
    change: Change
    before: str = ""
    content: bytes | None = None
    plain: bool = True


def changed_files(repository: Repository, base: str, head: str) -> list[ChangedManifest]:
    """The manifests under `jobs/` that differ, or include what does, by path.

    Raises InputError where there are too many.
    """
    found = [
        (changed, entry.old_content if entry.was_file and changed.change != "added" else "")
        for entry in differences(repository, base, head, FOLDER, alike=SIMILAR)
        if (changed := _changed(entry)) is not None
    ]
    known, manifests = {changed.path for changed, _ in found}, manifests_in(repository, head)
    found += [
        (ChangedManifest(path, "changed"), manifests[path])
        for path in including(repository, base, head, manifests)
        if path not in known
    ]
    if len(found) > MOST_MANIFESTS:
        raise InputError(
            "too-many-manifests",
            f"{len(found):,} manifests differ from the base's, and at most {MOST_MANIFESTS:,} are checked",
            fix="split the pull request",
        )
    contents = blobs(repository, [blob for _, blob in found if blob])
    made = [replace(changed, content=contents.get(blob)) for changed, blob in found]
    return sorted(made, key=lambda changed: changed.path)


def _changed(entry: Difference) -> ChangedManifest | None:
    """What became of a manifest; None where neither side is one."""
    was = entry.status != "A" and is_manifest(entry.old_path)
    if entry.status != "D" and is_manifest(entry.path):
        renamed = was and entry.old_path != entry.path
        change: Change = "renamed" if renamed else "changed" if was else "added"
        plain = entry.is_file and entry.path.isprintable()
        return ChangedManifest(entry.path, change, entry.old_path if renamed else "", plain=plain)
    return ChangedManifest(entry.old_path, "removed") if was else None
