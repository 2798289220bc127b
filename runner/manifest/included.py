"""Files of the repository that stand in the place of a field of a manifest, such as W&B's sweep files."""

from __future__ import annotations

import os
from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from runner.errors import InputError
from runner.manifest.document import MOST_BYTES, Document, parse
from runner.manifest.finding import Finding, ManifestError, Path
from runner.manifest.overrides import cause
from runner.manifest.paths import wrong_with
from runner.wording import printable, shown

if TYPE_CHECKING:
    import pathlib

    from runner.manifest.common import Job

Files = Callable[[str], bytes]
"""The content of a plain file of the repository, by its path.

Raises InputError, whose message is the end of a sentence that begins with the path.
"""

SUFFIXES: Final = (".yaml", ".yml")
FIX: Final = "name a plain YAML file of the repository, by its path from the repository's root"


def files_below(root: pathlib.Path | str) -> Files:
    """The files of a working tree as they are now. Links are not followed."""
    top = os.path.realpath(root)

    def content(path: str) -> bytes:
        whole = os.path.join(top, path)  # noqa: PTH118
        if os.path.realpath(whole) != os.path.normpath(whole):
            raise InputError("included-file", "is a link, or lies behind one", fix=FIX)
        if not os.path.isfile(whole):  # noqa: PTH113
            there = "is not a plain file" if os.path.exists(whole) else "does not exist"  # noqa: PTH110
            raise InputError("included-file", there, fix=FIX)
        try:
            with open(whole, "rb") as file:  # noqa: PTH123
                return file.read(MOST_BYTES + 1)
        except OSError as error:
            raise InputError("included-file", f"cannot be read: {error.strerror}", fix=FIX) from None

    return content


def include(
    document: Document,
    data: dict[str, Any],
    job_type: type[Job],
    files: Files,
    overrides: tuple[str, ...] = (),
) -> tuple[Document, dict[str, Any]]:
    """The manifest with the files that it names in place of their paths: as written, and as plain data.

    `data` is not changed. Raises ManifestError for a path that leads to no usable file.
    """
    spec = data.get("spec")
    if not isinstance(spec, dict):
        return document, data
    included = dict(document.included)
    for field in job_type.inlined:
        named = spec.get(field)
        if isinstance(named, str):
            path: Path = ("spec", field)
            included[path] = _read(document, path, named, files, overrides)
            data = {**data, "spec": {**data["spec"], field: deepcopy(included[path].value)}}
    return document.including(included), data


def still_included(document: Document, path: Path) -> Document:
    """The manifest without the files whose place an override of `path` has taken."""
    left = {above: other for above, other in document.included.items() if above[: len(path)] != path}
    return document.including(left)


def _read(document: Document, path: Path, named: str, files: Files, overrides: tuple[str, ...]) -> Document:
    wrong, fix = wrong_with(named) or ("" if named.endswith(SUFFIXES) else "is no YAML file"), FIX
    if not wrong:
        try:
            found = parse(files(named), printable(named))
            if isinstance(found.value, dict):
                return found
            wrong, fix = "holds no mapping", "write the sweep's fields in it, such as `method: grid`"
        except ManifestError:
            raise
        except InputError as error:
            wrong, fix = error.message, error.fix
    text = cause(path, overrides)
    file = document.name if text is None else f"--set {printable(text.partition('=')[0])}"
    line, column = document.place(path) if text is None else (0, 0)
    message = f"the file {shown(named)} {wrong}"
    finding = Finding(file, line, column, "included-file", "error", message, fix)
    raise ManifestError([finding], document.texts())
