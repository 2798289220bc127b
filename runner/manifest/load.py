"""From a file to a checked, typed manifest.

The types decide: one quick conversion says that nothing is wrong. Only when it fails is JSON Schema
asked what, where and why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct, ValidationError, convert

from runner.manifest.common import Job
from runner.manifest.document import Document, read
from runner.manifest.finding import ManifestError, refusal
from runner.wording import did_you_mean, shown

if TYPE_CHECKING:
    from pathlib import Path

    from runner.manifest.included import Files

Kinds = Mapping[str, type[Job]]


class Loaded(Struct, frozen=True):
    """A checked manifest: typed, as plain data, and as it was written.

    `data` has the overrides applied, and holds what included files say; `document` knows where.
    """

    job: Job
    data: dict[str, Any]
    document: Document
    overrides: tuple[str, ...] = ()


def load(
    path: Path | str,
    kinds: Kinds,
    overrides: Sequence[str] = (),
    root: Path | str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Loaded:
    """The manifest in the file at `path`, with overrides applied; named relative to `root`.

    What it includes is read below `root`. Raises ManifestError with every reason why it cannot be used,
    InputError for an unreadable file.
    """
    return load_document(read(path, root), kinds, overrides, root, environment)


def load_document(
    document: Document,
    kinds: Kinds,
    overrides: Sequence[str] = (),
    files: Files | Path | str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Loaded:
    """The manifest that a parsed file holds. Raises ManifestError.

    `files` are where it is from: the root of a working tree, or a way to read the files of a commit;
    without them nothing is included. `environment` are variables that may fill what was left out.
    """
    data = document.value
    kind = _kind(document, kinds)
    if kinds[kind].inlined or overrides:
        from runner.manifest.laid_over import laid_over

        document, data, overrides = laid_over(document, kinds, kind, overrides, files, environment or {})
    try:
        return Loaded(convert(data, kinds[kind]), data, document, tuple(overrides))
    except (ValidationError, TypeError):
        # TypeError: a field without a default that no key could name; the schema says which.
        from runner.manifest.explain import second_look

        return Loaded(second_look(document, data, kinds, kind, overrides), data, document, tuple(overrides))


def _kind(document: Document, kinds: Kinds) -> str:
    value = document.value
    if type(value) is dict:
        kind = value.get("kind")
        if type(kind) is str and kind in kinds:
            return kind
    raise _without_kind(document, kinds)


def _without_kind(document: Document, kinds: Kinds) -> ManifestError:
    known, value, name = ", ".join(kinds), document.value, document.name
    if not isinstance(value, dict):
        message = "a manifest is a mapping with apiVersion, kind, metadata and spec"
        fix = f"begin with `apiVersion: runner/v1` and `kind:` one of {known}"
        return refusal(name, document.place(()), "wrong-type", message, fix, document.text)
    place = document.place(("kind",))
    if "kind" not in value:
        message = "the field kind is missing"
        return refusal(
            name, place, "missing-field", message, f"add `kind:` with one of {known}", document.text
        )
    message = f"there is no kind {shown(value['kind'])}"
    fix = did_you_mean(str(value["kind"]), kinds)
    return refusal(name, place, "unknown-kind", message, fix, document.text)
