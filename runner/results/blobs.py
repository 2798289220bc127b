"""Files as git's history holds them: in the commit that brought a run's results, or anywhere."""

from __future__ import annotations

from collections.abc import Iterator

from runner.repository.git import Repository
from runner.results.held import Held, in_git
from runner.results.history import Entry
from runner.results.whereabouts import result_path


def landing(repository: Repository, entry: Entry) -> str | None:
    """The commit that brought a run's results to HEAD, weights and all: a merge, or one that was squashed."""
    log = ("log", "--first-parent", "--diff-filter=A", "--format=%H", "-1", "HEAD", "--")
    return repository.text("--literal-pathspecs", *log, result_path(entry)) or None


def parents(repository: Repository, commit: str) -> list[str]:
    """The commits that a commit was made on, the one of its own line first."""
    return repository.text("rev-list", "--parents", "-1", commit).split()[1:]


def search(repository: Repository, path: str, checksum: str) -> Held | None:
    """The version of a file with this checksum, in any branch."""
    if not checksum:
        return None
    versions = (
        in_git(repository, repository.git("cat-file", "blob", blob)) for blob in _versions(repository, path)
    )
    return next((held for held in versions if held.sha256 == checksum), None)


def _versions(repository: Repository, path: str) -> Iterator[str]:
    """The object ids of every version of a file, newest first, each once."""
    log = ("log", "--all", "--diff-merges=first-parent", "--format=", "--raw", "--no-abbrev", "--no-renames")
    seen: set[str] = set()
    for line in repository.text("--literal-pathspecs", *log, "--", path).splitlines():
        old_mode, new_mode, old, new, *_ = line.removeprefix(":").split()
        for mode, blob in ((new_mode, new), (old_mode, old)):
            if mode.startswith("100") and blob not in seen:
                seen.add(blob)
                yield blob
