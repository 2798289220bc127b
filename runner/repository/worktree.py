"""Another commit's files, beside those that are checked out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from runner.errors import InputError, ProviderError
from runner.repository.git import STATE_DIRECTORY, Repository
from runner.repository.store import Store

_NO_PROGRAMS: Final = ("-c", "core.hooksPath=/dev/null")


@contextmanager
def checked_out(repository: Repository, commit: str) -> Iterator[Path]:
    """A temporary folder with a commit's files: data of whoever made it, from which nothing is run.

    Raises InputError where the commit holds what only the runner itself may write, or leads elsewhere.
    """
    _require_harmless(repository, commit)
    with TemporaryDirectory(prefix="runner-commit-") as folder:
        place = Path(folder, "files")
        repository.git(
            *_NO_PROGRAMS, "worktree", "add", "--quiet", "--detach", "--force", "--", str(place), commit,
            env={"GIT_LFS_SKIP_SMUDGE": "1"},
        )  # fmt: skip
        try:
            yield place
        finally:
            with suppress(ProviderError):  # what is left of it, git prunes by itself
                repository.git("worktree", "remove", "--force", "--force", "--", str(place))


def _require_harmless(repository: Repository, commit: str) -> None:
    if repository.mode(commit, STATE_DIRECTORY) is not None:
        raise InputError(
            "state-directory",
            f"the commit {commit[:12]} has files in {STATE_DIRECTORY}, where the runner keeps its own",
            place=STATE_DIRECTORY,
            fix=f"remove them from it: git rm -r --cached {STATE_DIRECTORY}",
        )
    tree = repository.text("rev-parse", "--verify", f"{commit}^{{tree}}")
    vetted = Store(repository.common_directory, repository).vet(tree)
    if vetted.tree != tree:
        raise InputError(
            "links-outside",
            f"the files of the commit {commit[:12]} cannot be looked at safely: {' '.join(vetted.warnings)}",
            fix="make them relative, or commit the files themselves",
        )
