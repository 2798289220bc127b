"""Which paths of a repository a pull request of ours may write."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from runner.errors import InputError
from runner.manifest.paths import is_protected

_LONGEST: Final = 400


def vet(paths: Iterable[str]) -> None:
    """Raise InputError unless every path is plain, inside the repository and not protected.

    Letters' case does not matter: on some file systems `.GIT` is `.git`.
    """
    known = set(paths)
    for path in sorted(known):
        parts = path.split("/")
        if not _plain(path) or any(part in ("", ".", "..") for part in parts):
            raise _refused(path, "this is not a plain path inside the repository")
        if is_protected(path):
            raise _refused(path, "no job may write here: it decides what runs")
        for depth in range(1, len(parts)):
            if "/".join(parts[:depth]) in known:
                raise _refused(path, "another file is to stand where this one needs a folder")


def _plain(path: str) -> bool:
    """Whether `path` is printable, encodable, not too long and without separators of other systems."""
    return path.isprintable() and len(path) <= _LONGEST and not set(path) & {"\\", ":"}


def _refused(path: str, why: str) -> InputError:
    return InputError(
        "proposal-path",
        why,
        place=path.encode("utf-8", "backslashreplace").decode()[:_LONGEST],
        fix="Change the deploy section of the manifest.",
    )
