"""The working copy of an attempt. Afterwards it is made pristine again and lent to the next attempt.

Making and removing thousands of files for every attempt would take longer than many a task. A file
counts as untouched only if its inode, size, mode, both its times and its number of names are what
they were; any write, however it is done, changes one of them. Whatever else is found is removed.
"""

from __future__ import annotations

import os
from pathlib import Path

from runner.worker.snapshot import Snapshot
from runner.worker.trees import remove_tree

Stamp = tuple[int, int, int, int, int, int]


class WorkingCopy:
    """All files of a snapshot, in a folder."""

    def __init__(self, code: Snapshot, root: Path) -> None:
        """Unpacks `code` into the new folder `root`."""
        self.code = code
        self.root = root
        self._stamps: dict[str, Stamp] = {}
        root.mkdir()
        status = root.lstat()
        self._mode = status.st_mode
        self._identity = (status.st_dev, status.st_ino)
        self._add(list(code.folders), list(code.files), list(code.links))

    def move(self, root: Path) -> None:
        """Moves it to `root`, where nothing is yet."""
        self.root.rename(root)
        self.root = root

    def make_pristine(self) -> None:
        """Undoes whatever a program did to it. Raises OSError where that is not possible."""
        self._require_own_root()
        folders, files, links = set(self.code.folders), set(self.code.files), set(self.code.links)
        pending = [""]
        while pending:
            folder = pending.pop()
            path = f"{self.root}/{folder}"
            if os.lstat(path).st_mode != self._mode:
                Path(path).chmod(self._mode & 0o7777)
            for entry in list(os.scandir(path)):
                name = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_dir(follow_symlinks=False):
                    if name in folders:
                        folders.discard(name)
                        pending.append(name)
                    else:
                        remove_tree(Path(entry.path))
                elif name in files and self._stamps[name] == _stamp(entry.stat(follow_symlinks=False)):
                    files.discard(name)
                elif name in links and self._is_link(entry, name):
                    links.discard(name)
                else:
                    Path(entry.path).unlink()
        self._add([name for name in self.code.folders if name in folders], list(files), list(links))

    def _require_own_root(self) -> None:
        """Raises OSError when a program put something else in the place of the folder."""
        status = self.root.lstat()
        if (status.st_dev, status.st_ino) != self._identity:
            raise OSError("the working copy was replaced")

    def _is_link(self, entry: os.DirEntry[str], name: str) -> bool:
        return entry.is_symlink() and str(Path(entry.path).readlink()) == str(Path(self.code.links[name]))

    def _add(self, folders: list[str], files: list[str], links: list[str]) -> None:
        """Makes what is missing. Links come last, so that nothing is ever written through one."""
        for name in folders:
            Path(self.root, name).mkdir()
        for name in files:
            self._stamps[name] = _stamp(self.code.write_file(name, f"{self.root}/{name}"))
        for name in links:
            Path(self.root, name).symlink_to(self.code.links[name])


def _stamp(status: os.stat_result) -> Stamp:
    return (
        status.st_ino,
        status.st_size,
        status.st_mode,
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_nlink,
    )


_spare: list[WorkingCopy] = []


def take(code: Snapshot, root: Path) -> WorkingCopy:
    """A pristine working copy at `root`: the spare one, if it is of the same code."""
    if _spare and _spare[0].code is code:
        copy = _spare.pop()
        copy.move(root)
        return copy
    return WorkingCopy(code, root)


def put_away(copy: WorkingCopy, spare: Path | None) -> None:
    """Keeps a working copy at the path `spare` for the next attempt, or removes it."""
    if spare is not None and not _spare:
        try:
            copy.make_pristine()
            copy.move(spare)
        except OSError:
            pass  # a program made something that cannot be undone piece by piece
        else:
            _spare.append(copy)
            return
    remove_tree(copy.root)
