"""Files as git's history holds them: in the commit that brought a run's results, or anywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from runner.repository.git import Repository
from runner.results.history import Entry
from runner.results.whereabouts import result_path


def landing(repository: Repository, entry: Entry) -> str | None:
    """The commit in HEAD's history that added a run's results, which holds its weights too."""
    log = ("--literal-pathspecs", "log", "--diff-filter=A", "--format=%H", "-1", "HEAD", "--")
    return repository.text(*log, result_path(entry)) or None


def search(repository: Repository, path: str, checksum: str) -> bytes | None:
    """The version of a file with this checksum, in any branch."""
    if not checksum:
        return None
    for blob in _versions(repository, path):
        content = repository.git("cat-file", "blob", blob)
        if sha256(content) == checksum:
            return content
    return None


def _versions(repository: Repository, path: str) -> Iterator[str]:
    """The object ids of every version of a file, newest first, each once."""
    log = repository.text(
        "--literal-pathspecs", "log", "--all", "--format=", "--raw", "--no-abbrev", "--no-renames", "--", path
    )
    seen: set[str] = set()
    for line in log.splitlines():
        old_mode, new_mode, old, new, *_ = line.removeprefix(":").split()
        for mode, blob in ((new_mode, new), (old_mode, old)):
            if mode.startswith("100") and blob not in seen:
                seen.add(blob)
                yield blob


def sha256(content: bytes) -> str:
    """The checksum of a file's content."""
    return hashlib.sha256(content).hexdigest()
