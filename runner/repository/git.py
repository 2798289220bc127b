"""The repository that holds the jobs, read and written through git's plumbing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from runner.errors import InputError, ProviderError
from runner.repository import process
from runner.repository.files import disk_error

STATE_DIRECTORY = ".runner"
_ABANDONED: Final = 24 * 60 * 60
"""Seconds after which an index of one's own is nobody's any more."""


class Repository:
    """A git repository with a working tree and at least one commit.

    `root` is the top of the working tree, `git_directory` what git keeps for this working tree
    (its index and HEAD), `common_directory` what all linked working trees share.
    """

    def __init__(self, root: Path, git_directory: Path, common_directory: Path) -> None:
        self.root = root
        self.git_directory = git_directory
        self.common_directory = common_directory

    def __repr__(self) -> str:
        return f"Repository({str(self.root)!r})"

    @classmethod
    def find(cls, start: Path) -> Repository:
        """The repository whose working tree holds the file or folder `start`.

        Raises InputError when there is no git, no repository, no working tree or no commit.
        """
        folder = start if start.is_dir() else start.parent
        if not folder.is_dir():
            raise InputError("path-missing", "there is no such folder", place=str(folder))
        bare, inside, git_directory, common = _layout(folder)
        if bare or not inside:
            raise InputError(
                "no-working-tree",
                "this is a bare git repository or a .git folder, with no working tree",
                place=str(start),
                fix="Run in a clone of it: git clone <repository>.",
            )
        root = Path(os.fsdecode(process.git("-C", str(folder), "rev-parse", "--show-toplevel")[:-1]))
        found = cls(root, git_directory, common)
        if found.commit("HEAD") is None:
            raise InputError(
                "no-commits",
                "the repository has no commits yet",
                place=str(root),
                fix="Commit something first: git add . && git commit -m 'Begin'.",
            )
        return found

    def git(self, *args: str, input: bytes | None = None, env: Mapping[str, str] | None = None) -> bytes:
        """What git prints when run at the root. Raises ProviderError with git's own last line."""
        return process.git("-C", str(self.root), *args, input=input, env=env)

    def text(self, *args: str, env: Mapping[str, str] | None = None) -> str:
        """What git prints, as text without the newline at its end."""
        return self.git(*args, env=env).decode("utf-8", "replace").rstrip("\n")

    def name(self) -> str:
        """What to call the repository elsewhere: owner and name of its `origin`, else its folder.

        At most 63 letters, digits, hyphens, underscores and dots.
        """
        try:
            url = self.text("config", "--get", "remote.origin.url")
        except ProviderError:
            url = self.root.name
        parts = re.split(r"[/:]", url.rstrip("/").removesuffix(".git"))
        return re.sub(r"[^A-Za-z0-9._-]+", "-", "-".join(parts[-2:])).strip("-.")[-63:] or "repository"

    def head(self) -> str:
        """The commit that is checked out."""
        return self.text("rev-parse", "--verify", "HEAD^{commit}")

    def branch(self) -> str | None:
        """The branch that is checked out; None when HEAD is detached."""
        name = self.text("rev-parse", "--symbolic-full-name", "HEAD")
        return name.removeprefix("refs/heads/") if name.startswith("refs/heads/") else None

    def commit(self, revision: str) -> str | None:
        """The full id of the commit that `revision` names; None when it names none."""
        if revision.startswith("-"):
            return None
        try:
            return self.text("rev-parse", "--verify", "--quiet", revision + "^{commit}")
        except ProviderError:
            return None

    def mode(self, commit: str, path: str) -> str | None:
        """Git's mode of `path` in `commit` (100644, 100755, 120000, 160000, 040000), None if absent."""
        entry = self._entry(commit, path)
        return entry and entry[0]

    def show(self, commit: str, path: str) -> bytes | None:
        """The content of the regular file `path` in `commit`; None when there is no such file."""
        entry = self._entry(commit, path)
        if entry is None or not entry[0].startswith("100"):
            return None
        return self.git("cat-file", "blob", entry[1])

    def _entry(self, commit: str, path: str) -> tuple[str, str] | None:
        """Mode and object id of `path` in `commit`."""
        known = self.commit(commit)
        if known is None or path.endswith("/") or not path or _leaves(path):
            return None
        for line in self.git("ls-tree", "-z", "--full-tree", known, "--", path).split(b"\0"):
            about, _, name = line.partition(b"\t")
            if name == os.fsencode(path):
                mode, _, object_id = about.decode().split(" ")
                return mode, object_id
        return None

    def tracks(self, path: str) -> bool:
        """Whether git tracks `path` (a file, or any file below a folder), staged files included."""
        return not _leaves(path) and bool(self.git("ls-files", "-z", "--cached", "--", path))

    def state_directory(self) -> Path:
        """The folder `.runner` at the root, which git never sees: made when it is missing."""
        state = self.root / STATE_DIRECTORY
        if state.is_symlink() or state.is_file():
            raise InputError(
                "state-directory",
                "a file or a symbolic link stands where the runner keeps its own files",
                place=str(state),
                fix=f"Remove it: rm {STATE_DIRECTORY}.",
            )
        ignore = state / ".gitignore"
        if not ignore.exists():
            try:
                state.mkdir(exist_ok=True)
                ignore.write_text("*\n", encoding="utf-8")
            except OSError as error:
                raise disk_error(state, error) from error
        return state

    @contextmanager
    def temporary_index(self) -> Iterator[Path]:
        """The path of an index of one's own, for GIT_INDEX_FILE; removed at the end."""
        import time
        import uuid

        state = self.state_directory()
        for left in state.glob("index-*"):  # of processes that were killed
            with suppress(FileNotFoundError):
                if left.stat().st_ctime < time.time() - _ABANDONED:
                    left.unlink()
        index = state / f"index-{uuid.uuid4().hex}"
        try:
            yield index
        finally:
            index.unlink(missing_ok=True)
            index.with_name(index.name + ".lock").unlink(missing_ok=True)


def _leaves(path: str) -> bool:
    """Whether a path is not one relative to the root, or might not stay below it."""
    return path.startswith("/") or ".." in path.split("/")


def _layout(folder: Path) -> tuple[bool, bool, Path, Path]:
    """Whether the repository of `folder` is bare, whether `folder` is in its working tree, its folders."""
    try:
        answer = process.git(
            "-C", str(folder), "rev-parse",
            "--is-bare-repository", "--is-inside-work-tree", "--absolute-git-dir", "--git-common-dir",
        )  # fmt: skip
    except ProviderError as error:
        if "dubious ownership" in error.message:
            raise InputError(
                "repository-owner",
                "the repository belongs to somebody else, and git refuses to use it",
                place=str(folder),
                fix=f"If you trust it: git config --global --add safe.directory {folder.resolve()}",
            ) from error
        raise InputError(
            "not-a-repository",
            "this is not a git repository",
            place=str(folder),
            fix="Run in a clone of the repository that holds the jobs, or begin one: git init.",
        ) from error
    bare, inside, git_directory, common = os.fsdecode(answer).rstrip("\n").split("\n")
    return bare == "true", inside == "true", Path(git_directory), (folder / common).resolve()
