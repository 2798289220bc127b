"""Files that manifests include, in commits: their content, and who includes what differs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from runner.errors import InputError
from runner.kinds import KINDS
from runner.manifest.document import parse
from runner.manifest.included import FIX, Files
from runner.repository.blobs import blobs
from runner.repository.git import Repository


def files_of(repository: Repository, commit: str) -> Files:
    """The plain files of a commit."""

    def content(path: str) -> bytes:
        found = repository.show(commit, path)
        if found is None:
            raise InputError("included-file", "is no plain file of the commit", fix=FIX)
        return found

    return content


def including(repository: Repository, old: str, new: str, manifests: Mapping[str, str]) -> list[str]:
    """The manifests of the commit `new`, given with their objects, that include what was another in `old`."""
    listed = repository.git("diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new)
    differing = {os.fsdecode(path) for path in listed.split(b"\0") if path}
    held = blobs(repository, manifests.values()) if differing else {}
    including = {one for one, content in held.items() if not differing.isdisjoint(included_in(content))}
    return [path for path, one in manifests.items() if one in including]


def included_in(content: bytes) -> Iterator[str]:
    """The paths that a manifest includes; none of one that cannot be read."""
    try:
        data = parse(content).value
        kind, spec = data["kind"], data["spec"]
        named = [spec.get(field) for field in KINDS[kind].job_type.inlined]
    except (InputError, LookupError, TypeError, AttributeError):
        return
    yield from (path for path in named if isinstance(path, str))
