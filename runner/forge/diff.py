"""What a proposal changes, file by file, in a form that a page can show."""

from __future__ import annotations

import os
import re
from typing import Final, Literal

from msgspec import Struct

from runner.repository.files import printable
from runner.repository.git import Repository

_MOST_LINES: Final = 400
_MOST_LINES_IN_ALL: Final = 4_000
_LONGEST_LINE: Final = 500
_LARGEST: Final = 20_000
_HUNK: Final = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_DIFF: Final = ("diff-tree", "-r", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color")


class Line(Struct, frozen=True):
    """One line of a diff, with its numbers in the old and the new file."""

    kind: Literal["added", "deleted", "context", "hunk", "note"]
    text: str
    old: int | None = None
    new: int | None = None


class FileChange(Struct, frozen=True, kw_only=True):
    """One changed file. `lines` are those shown, `hidden` counts those that are not."""

    path: str
    new: bool
    binary: bool
    added: int
    deleted: int
    lines: tuple[Line, ...] = ()
    hidden: int = 0

    @property
    def counts(self) -> str:
        """How many lines change, in words."""
        return "binary" if self.binary else f"+{self.added:,} −{self.deleted:,}"


def changes(repository: Repository, base: str, tip: str) -> list[FileChange]:
    """The files that differ between two commits: the repository's own first, results after them."""
    found = _counts(repository, base, tip)
    wanted = [change.path for change in found if _is_shown(change)]
    patches = dict(zip(wanted, _patches(repository, base, tip, wanted), strict=True))
    left = _MOST_LINES_IN_ALL
    filled = []
    for change in sorted(found, key=lambda change: (change.path.startswith("results/"), change.path)):
        lines = patches.get(change.path, ())
        shown = lines[: min(_MOST_LINES, left)]
        left -= len(shown)
        filled.append(
            FileChange(
                path=printable(change.path),
                new=change.new,
                binary=change.binary,
                added=change.added,
                deleted=change.deleted,
                lines=tuple(shown),
                hidden=len(lines) - len(shown) if lines else change.added + change.deleted,
            )
        )
    return filled


def _is_shown(change: FileChange) -> bool:
    """Whether the lines of a file are worth a person's time."""
    is_large = change.added + change.deleted > _LARGEST
    return not (change.binary or is_large or change.path.endswith(".svg"))


def _counts(repository: Repository, base: str, tip: str) -> list[FileChange]:
    """Every changed file with its numbers of lines.

    Of `--raw --numstat -z`, raw entries are `:<modes> <ids> <status>`, then the path; numstat
    entries are `<added>\\t<deleted>\\t<path>`, with `-` for binary files.
    """
    fields = iter(repository.git(*_DIFF, "-z", "--raw", "--numstat", base, tip).split(b"\0"))
    new: set[bytes] = set()
    found = []
    for field in fields:
        if field.startswith(b":"):
            path = next(fields)
            if field.endswith(b"A"):
                new.add(path)
        elif field:
            added, deleted, path = field.split(b"\t", 2)
            found.append(
                FileChange(
                    path=os.fsdecode(path),
                    new=path in new,
                    binary=added == b"-",
                    added=0 if added == b"-" else int(added),
                    deleted=0 if deleted == b"-" else int(deleted),
                )
            )
    return found


def _patches(repository: Repository, base: str, tip: str, files: list[str]) -> list[list[Line]]:
    """The lines of each file's diff, in the order of `files` (which is git's own)."""
    if not files:
        return []
    patch = repository.git(*_DIFF, "-p", "-U3", base, tip, "--", *files).decode("utf-8", "replace")
    return [_lines(part) for part in re.split(r"^diff --git ", patch, flags=re.MULTILINE)[1:]]


def _lines(part: str) -> list[Line]:
    """The hunks of one file's patch."""
    lines: list[Line] = []
    old = new = 0
    for text in part.split("\n")[1:]:
        hunk = _HUNK.match(text)
        if hunk:
            old, new = int(hunk[1]), int(hunk[2])
            lines.append(Line("hunk", visible(text)))
        elif not old and not new:
            continue
        elif text.startswith("+"):
            lines.append(Line("added", visible(text[1:]), new=new))
            new += 1
        elif text.startswith("-"):
            lines.append(Line("deleted", visible(text[1:]), old=old))
            old += 1
        elif text.startswith(" "):
            lines.append(Line("context", visible(text[1:]), old, new))
            old, new = old + 1, new + 1
        elif text.startswith("\\"):
            lines.append(Line("note", text[2:]))
    return lines


def visible(text: str) -> str:
    """`text` cut to a readable length, with what cannot be seen (or reorders text) made visible."""
    if not text.replace("\t", "").isprintable():
        shown = (one if one == "\t" or one.isprintable() else f"⟨U+{ord(one):04X}⟩" for one in text)
        text = "".join(shown)
    if len(text) > _LONGEST_LINE:
        return f"{text[:_LONGEST_LINE]}… ({len(text) - _LONGEST_LINE:,} more characters)"
    return text
