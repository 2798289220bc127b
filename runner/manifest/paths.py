"""Paths that a manifest names: inside the repository, and not where it is decided what runs."""

from __future__ import annotations

from typing import Final

# What decides what runs, with which secrets and at what cost; `.git` anywhere, as a submodule's would.
PROTECTED: Final = frozenset(
    ("jobs", ".github", ".git", ".runner", "runner.toml", "pyproject.toml", ".gitmodules", ".gitattributes")
)
PROTECTED_ANYWHERE: Final = frozenset((".git", "git~1"))


def wrong_with(path: str) -> str:
    """What is wrong with a relative path, as the end of a sentence; nothing where it is fine."""
    if not path or path[0] in "/~" or path[1:2] == ":":
        return "is absolute"
    if "\\" in path:
        return "holds a backslash"
    if ":" in path:
        return "holds a colon, which not every system takes"
    if not path.isprintable():
        return "holds control characters"
    steps = path.split("/")
    if ".." in steps:
        return "leads out of the repository"
    return "is not a file's path" if "" in steps or "." in steps else ""


def is_protected(path: str) -> bool:
    """Whether a path is one that no job may write; letters' case, and what a file system ignores, aside."""
    steps = [
        step.rstrip(". ") if step.strip(".") else step for step in path.lower().replace("\\", "/").split("/")
    ]
    plain = [step for step in steps if step not in ("", ".")]
    return plain[:1] != [] and (plain[0] in PROTECTED or not PROTECTED_ANYWHERE.isdisjoint(plain))
