"""References of a repository: read from its files, moved by git."""

from __future__ import annotations

import re
from pathlib import Path

from tests.standins.github.git import ABSENT, Git, GitFailed, is_id

FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|^/|/$|\.$")


class Moved(Exception):
    """A reference is not where its mover thought it to be."""


def is_reference(name: str) -> bool:
    """Whether this is a whole and allowed name of a reference."""
    return name.startswith("refs/") and name.count("/") >= 2 and not FORBIDDEN.search(name)


def read_reference(git: Git, name: str) -> str | None:
    """The object that a reference names."""
    if not is_reference(name):
        return None
    path = git.folder / name
    if path.is_file():
        return path.read_text().strip()
    return packed(git.folder).get(name)


def read_references(git: Git) -> dict[str, str]:
    """All references, in order."""
    found = packed(git.folder)
    for path in (git.folder / "refs").rglob("*"):
        if path.is_file() and not path.name.endswith(".lock"):
            found[path.relative_to(git.folder).as_posix()] = path.read_text().strip()
    return dict(sorted(found.items()))


def packed(folder: Path) -> dict[str, str]:
    """The references that git packed into one file."""
    path = folder / "packed-refs"
    if not path.exists():
        return {}
    lines = (line.split(" ", 1) for line in path.read_text().splitlines())
    return {pair[1]: pair[0] for pair in lines if len(pair) == 2 and is_id(pair[0])}


def move_references(git: Git, moves: dict[str, tuple[str, str]]) -> None:
    """Move references from one object to another, all or none. ABSENT creates and deletes. Raises Moved."""
    lines = [f"update {name}\0{new}\0{old}\0" for name, (old, new) in moves.items() if old != new]
    if not lines:
        return
    try:
        git.run("update-ref", "--stdin", "-z", given="".join(lines).encode())
    except GitFailed as error:
        raise Moved(str(error)) from None


def point(git: Git, name: str, new: str) -> None:
    """Let a reference name an object, wherever it was."""
    move_references(git, {name: (read_reference(git, name) or ABSENT, new)})
