"""What the ledger's branch holds, read and rebuilt with git's plumbing: no index, no working tree."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from msgspec import Struct

from runner.errors import ProviderError
from runner.ledger.entry import Entry, dump, file_name, load, oldest_first
from runner.repository import bot
from runner.repository.files import printable

BRANCH: Final = "runner-ledger"
_FOLDER: Final = b"runs"
_MOST_BYTES: Final = 256 * 1024
"""A file over this size was not written by us."""
_README: Final = b"""# The ledger of the runs

One file per run, in `runs/`: what was launched, by whom, from which commit, and how it ended.
`runner` writes them; this branch is never merged. `runner status` shows them.
"""


class Objects(Protocol):
    """A repository's plumbing: what git prints when run in it."""

    def git(self, *args: str, input: bytes | None = None, env: Mapping[str, str] | None = None) -> bytes:
        """Raises ProviderError."""


class Contents(Struct, frozen=True):
    """The branch at one commit (None: there is no branch yet).

    `entries` by run, oldest first; `unreadable` are the files that hold none; `lines` the folder of
    the runs as `git mktree` takes it, by file name.
    """

    tip: str | None = None
    entries: dict[str, Entry] = {}
    unreadable: tuple[str, ...] = ()
    lines: dict[bytes, bytes] = {}


def read(objects: Objects, tip: str | None) -> Contents:
    """What the commit `tip` holds. A file that is not the entry of its run is named, and left alone."""
    if tip is None:
        return Contents()
    lines: dict[bytes, bytes] = {}
    found: dict[str, str] = {}
    unreadable = []
    for line in objects.git("ls-tree", "-z", "-l", tip, _FOLDER.decode() + "/").split(b"\0")[:-1]:
        about, _, path = line.partition(b"\t")
        mode, kind, object_id, size = about.split()
        name = path.removeprefix(_FOLDER + b"/")
        lines[name] = b"%s %s %s" % (mode, kind, object_id)
        if kind == b"blob" and int(size) <= _MOST_BYTES:
            found[os.fsdecode(name)] = object_id.decode()
        else:
            unreadable.append(printable(path))
    loaded = {name: load(name, content) for name, content in _blobs(objects, found).items()}
    unreadable += [printable(f"{_FOLDER.decode()}/{name}") for name, entry in loaded.items() if entry is None]
    entries = by_run(entry for entry in loaded.values() if entry is not None)
    return Contents(tip, entries, tuple(sorted(unreadable)), lines)


def by_run(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The entries by run, oldest first."""
    return {entry.run: entry for entry in oldest_first(entries)}


def commit(objects: Objects, contents: Contents, written: Iterable[Entry], message: str) -> str:
    """A commit on `contents` in which `written` stand, too; no reference moves. Raises ProviderError."""
    lines = dict(contents.lines)
    for entry in written:
        lines[file_name(entry.run).encode()] = b"100644 blob " + _stored(objects, dump(entry))
    if contents.tip is None:
        root = {b"README.md": b"100644 blob " + _stored(objects, _README)}
    else:
        entries = objects.git("ls-tree", "-z", contents.tip).split(b"\0")[:-1]
        root = {name: about for about, _, name in (line.partition(b"\t") for line in entries)}
    root[_FOLDER] = b"040000 tree " + _tree(objects, lines)
    parents = ("-p", contents.tip) if contents.tip else ()
    made = objects.git(
        "-c", "i18n.commitEncoding=UTF-8", "commit-tree", _tree(objects, root).decode(), *parents,
        input=message.encode() + b"\n", env=bot.identity(time.time()),
    )  # fmt: skip
    return made.decode().strip()


def _stored(objects: Objects, content: bytes) -> bytes:
    return objects.git("hash-object", "-w", "--no-filters", "--stdin", input=content).strip()


def _tree(objects: Objects, lines: Mapping[bytes, bytes]) -> bytes:
    """The id of a tree with these entries (`mode type id`, by name)."""
    text = b"".join(b"%s\t%s\0" % (about, name) for name, about in lines.items())
    return objects.git("mktree", "-z", input=text).strip()


def _blobs(objects: Objects, ids: Mapping[str, str]) -> dict[str, bytes]:
    """The content of each blob.

    For each, `git cat-file --batch` gives `<id> blob <size>` and, on the next line, the bytes.
    """
    if not ids:
        return {}
    answer = objects.git("cat-file", "--batch", input="".join(f"{one}\n" for one in ids.values()).encode())
    contents, at = {}, 0
    for name in ids:
        end = answer.index(b"\n", at)
        if answer.endswith(b" missing", at, end):
            raise ProviderError("git-failed", "an object of the ledger is missing", place=BRANCH)
        size = int(answer[at:end].rsplit(b" ", 1)[1])
        contents[name] = answer[end + 1 : end + 1 + size]
        at = end + size + 2
    return contents
