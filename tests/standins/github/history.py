"""What git knows of two commits. Commits do not change, so answers are kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tests.standins.github.commits import read_commit
from tests.standins.github.git import ABSENT, Git, GitFailed

STATUSES = {"A": "added", "M": "modified", "D": "removed", "T": "changed"}


@dataclass(frozen=True)
class ChangedFile:
    """What became of one file."""

    path: str
    status: str
    blob: str
    """The new one; of a removed file the old one."""
    additions: int
    deletions: int


class History:
    """Questions about commits of one repository."""

    def __init__(self, git: Git) -> None:
        self.git = git
        self.is_ancestor = lru_cache(10_000)(self._is_ancestor)
        self.merge_base = lru_cache(10_000)(self._merge_base)
        self.between = lru_cache(1_000)(self._between)
        self.merged_tree = lru_cache(1_000)(self._merged_tree)
        self.changes = lru_cache(1_000)(self._changes)

    def _is_ancestor(self, older: str, newer: str) -> bool:
        """Whether one can be reached from the other."""
        if older == newer:
            return True
        commit = read_commit(self.git, newer)
        if commit is not None and older in commit.parents:
            return True
        return self.git.outcome("merge-base", "--is-ancestor", older, newer)[0] == 0

    def _merge_base(self, one: str, other: str) -> str:
        """Their common ancestor; empty where there is none."""
        return self.git.outcome("merge-base", one, other)[1]

    def _between(self, base: str, head: str) -> tuple[str, ...]:
        """Commits that the head has and the base has not, oldest first."""
        return tuple(self.git.run("rev-list", "--reverse", "--topo-order", head, f"^{base}").split())

    def _merged_tree(self, base: str, head: str) -> str:
        """The tree of their merge; empty where it conflicts."""
        try:
            code, printed = self.git.outcome("merge-tree", "--write-tree", "--no-messages", base, head)
        except GitFailed:
            return ""
        return printed.splitlines()[0] if code == 0 else ""

    def _changes(self, old: str, new: str) -> tuple[ChangedFile, ...]:
        """Files that differ between two trees or commits; an ABSENT old is the empty tree."""
        before = self.git.write("tree", b"") if old == ABSENT else old
        said = self.git.run("diff-tree", "-r", "-z", "--raw", "--numstat", "--no-renames", before, new)
        parts = said.split("\0")
        raw: dict[str, tuple[str, str]] = {}
        counts: dict[str, tuple[int, int]] = {}
        while parts and parts[0].startswith(":"):
            told, path, *parts = parts
            _, _, gone, there, status = told[1:].split()
            raw[path] = status, gone if status == "D" else there
        for line in filter(None, parts):
            added, deleted, path = line.split("\t", 2)
            counts[path] = (0, 0) if added == "-" else (int(added), int(deleted))
        return tuple(
            ChangedFile(path, STATUSES[status], blob, *counts[path]) for path, (status, blob) in raw.items()
        )
