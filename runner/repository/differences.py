"""Which files differ between two commits."""

from __future__ import annotations

import os
from collections.abc import Iterator

from msgspec import Struct

from runner.repository.git import Repository


class Difference(Struct, frozen=True):
    """A file that differs: its path, the mode that git has for it and the object that it is.

    What it was stands in the fields that begin with `old`. `status` is git's letter: added, modified,
    deleted, renamed, or of another type.
    """

    status: str
    path: str
    old_path: str
    mode: str
    old_mode: str
    content: str
    old_content: str

    @property
    def is_file(self) -> bool:
        """Whether it is a plain file now."""
        return self.mode.startswith("100")

    @property
    def was_file(self) -> bool:
        """Whether it was a plain file."""
        return self.old_mode.startswith("100")


def differences(
    repository: Repository, old: str, new: str, folder: str, alike: int = 100
) -> Iterator[Difference]:
    """What differs under `folder`, whatever lies between the two commits, which must be here.

    A file that is gone and one that is new are a renamed one where they are `alike` by that many percent.
    """
    listed = repository.git(
        "diff-tree", "-r", "--raw", "-z", "--no-abbrev", f"--find-renames={alike}%", old, new, "--", folder
    )
    fields = iter(listed.split(b"\0"))
    for about in filter(None, fields):
        old_mode, mode, old_content, content, status = about.decode().lstrip(":").split(" ")
        old_path = path = os.fsdecode(next(fields))
        if status.startswith("R"):
            path = os.fsdecode(next(fields))
        yield Difference(status[0], path, old_path, mode, old_mode, content, old_content)
