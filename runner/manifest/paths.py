"""Paths that a manifest names: inside the repository, and not where it is decided what runs."""

from __future__ import annotations

from typing import Final

# What decides what runs, with which secrets, at what cost and after whose review; `.git` anywhere, as a
# submodule's would.
_DECIDING: Final = ("jobs", ".github", "runner.toml", "pyproject.toml", "codeowners")
PROTECTED: Final = frozenset((*_DECIDING, ".git", ".runner", ".gitmodules", ".gitattributes", ".lfsconfig"))
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
    if not plain:
        return False
    owners = plain == ["docs", "codeowners"]
    return owners or plain[0] in PROTECTED or not PROTECTED_ANYWHERE.isdisjoint(plain)
