"""`--set a.b[0].c=value`: one value of a manifest replaced, typed by the schema."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from typing import Any, Final

from runner.manifest.common import Job
from runner.manifest.document import Document, parse
from runner.manifest.finding import Finding, ManifestError, Path, path_text
from runner.manifest.schema import Schema, branches, kind_schema
from runner.manifest.secrets import MASK, looks_random, mask
from runner.manifest.types_in_words import masked
from runner.wording import did_you_mean, printable

_STEP: Final = re.compile(r'(?:^|\.)(?:([^.\[\]="\s]+)|"([^"]+)")|\[(\d{1,6})\]')
_FIXED: Final = frozenset({"apiVersion", "kind"})


def apply(
    data: dict[str, Any], overrides: Sequence[str], kinds: Mapping[str, type[Job]], kind: str
) -> dict[str, Any]:
    """`data`, changed in place by every override in turn.

    Raises ManifestError for a path that the schema does not know or a value that it cannot type.
    """
    schema = kind_schema(kinds[kind], kind)
    for text in overrides:
        path, value = split(text)
        if path[0] in _FIXED:
            raise _refusal(text, f"{path[0]} cannot be set", "change it in the file")
        _Override(text, schema, path).apply(data, value)
    return data


def split(text: str) -> tuple[Path, str]:
    """The path and the value of `path=value`. Raises ManifestError."""
    position, path = 0, []
    while match := _STEP.match(text, position):
        if match.end() == position:
            break
        name = match[1] or match[2]
        path.append(name if name else int(match[3]))
        position = match.end()
    if not path or isinstance(path[0], int) or text[position : position + 1] != "=":
        raise _refusal(
            text, "an override is written path=value", "for example --set spec.resources.timeout=2h"
        )
    return tuple(path), text[position + 1 :]


def cause(path: Path, overrides: Sequence[str], included: Container[Path] = ()) -> str | None:
    """The last override that set the value at `path`; None where it stands in a file.

    `included` are the paths at which other files stand, whoever named them.
    """
    for text in reversed(overrides):
        named = split(text)[0]
        if path[: len(named)] == named:
            return None if named in included else text
    return None


def harmless(text: str) -> str:
    """An override for a message: short, printable, with nothing in it that looks like a key."""
    name, _, value = text.partition("=")
    value = MASK if looks_random(value) else value
    return printable(mask(f"{name}={value}"))[:80]


class _Override:
    """One override on its way down the schema and the data."""

    def __init__(self, text: str, schema: Schema, path: Path) -> None:
        self.text = text
        self.root = schema
        self.path = path

    def apply(self, data: dict[str, Any], value: str) -> None:
        schemas: list[Schema] = list(branches(self.root, self.root))
        for depth, step in enumerate(self.path):
            schemas = self._below(schemas, step, depth)
        holder: Any = data
        for depth, step in enumerate(self.path):
            if isinstance(step, int):
                self._check_index(holder, step, depth)
            if depth < len(self.path) - 1:
                holder = self._step(holder, step, depth)
        holder[self.path[-1]] = self._typed(value, schemas)

    def _below(self, schemas: Sequence[Schema], step: str | int, depth: int) -> list[Schema]:
        found: list[Schema] = []
        known: set[str] = set()
        for schema in schemas:
            if isinstance(step, int):
                below = schema.get("items")
            else:
                properties = schema.get("properties", {})
                known |= set(properties)
                extra = schema.get("additionalProperties")
                below = properties.get(step) or (extra if isinstance(extra, dict) else None)
            if below:
                found += branches(below, self.root)
        if not found:
            raise self._unknown(step, known, schemas, depth)
        return found

    def _unknown(
        self, step: str | int, known: set[str], schemas: Sequence[Schema], depth: int
    ) -> ManifestError:
        here = path_text(self.path[:depth]) or "the manifest"
        if isinstance(step, int):
            return _refusal(self.text, f"{here} is not a list", "leave the [number] away")
        if not known and any("items" in schema for schema in schemas):
            return _refusal(self.text, f"{here} is a list", f"name an item, such as {here}[0]")
        if not known:
            return _refusal(self.text, f"{here} has no fields", "set it as a whole")
        fix = did_you_mean(step, known)
        if depth == 0:
            below = {
                name
                for schema in branches(self.root["properties"]["spec"], self.root)
                for name in schema["properties"]
            }
            fix = f"did you mean spec.{path_text(self.path)}?" if step in below else fix
        return _refusal(self.text, f"there is no field {masked(step)} in {here}", fix)

    def _step(self, holder: Any, step: str | int, depth: int) -> Any:
        """The container at `step`, made where there is none yet."""
        following = self.path[depth + 1]
        if isinstance(holder, dict) and holder.get(str(step)) is None:
            holder[step] = [] if isinstance(following, int) else {}
        below = holder[step]
        here = path_text(self.path[: depth + 1])
        if not isinstance(below, list if isinstance(following, int) else dict):
            raise _refusal(self.text, f"{here} stands in the file in another form", f"set {here} as a whole")
        return below

    def _check_index(self, holder: Any, step: int, depth: int) -> None:
        if not 0 <= step < len(holder):
            here = path_text(self.path[:depth])
            raise _refusal(
                self.text, f"{here} has {len(holder)} items and no [{step}]", "the first one is [0]"
            )

    def _typed(self, text: str, schemas: Sequence[Schema]) -> Any:
        """`text` as YAML, or as it stands where the schema wants text."""
        if _only_text(schemas):
            return None if text in ("null", "~") and _allows(schemas, "null") else text
        try:
            document = parse(text, "--set") if text.strip() else None
        except ManifestError as error:
            if _allows(schemas, "string"):
                return text
            raise _refusal(self.text, f"the value cannot be read: {error.message}", error.fix) from None
        if document is None:
            return "" if _allows(schemas, "string") else None
        value = _retyped(document, (), document.value, schemas, self.root)
        return text if not _fits(value, schemas) and _allows(schemas, "string") else value


def _retyped(document: Document, path: Path, value: Any, schemas: Sequence[Schema], root: Schema) -> Any:
    """`value` with every scalar where the schema wants text as it was written."""
    if isinstance(value, dict):
        for name, inner in value.items():
            below = [
                schema.get("properties", {}).get(name) or schema.get("additionalProperties")
                for schema in schemas
            ]
            value[name] = _retyped(document, (*path, name), inner, _spread(below, root), root)
        return value
    if isinstance(value, list):
        items = _spread([schema.get("items") for schema in schemas], root)
        return [_retyped(document, (*path, index), inner, items, root) for index, inner in enumerate(value)]
    if value is not None and _only_text(schemas):
        return document.written(path)
    return value


def _spread(schemas: Sequence[Any], root: Schema) -> list[Schema]:
    return [branch for schema in schemas if isinstance(schema, dict) for branch in branches(schema, root)]


def _types(schemas: Sequence[Schema]) -> set[str]:
    types: set[str] = set()
    for schema in schemas:
        if "enum" in schema:
            types |= {"string"} | ({"null"} if None in schema["enum"] else set())
        else:
            wanted = schema.get("type", "object")
            types |= {wanted} if isinstance(wanted, str) else set(wanted)
    return types


def _allows(schemas: Sequence[Schema], name: str) -> bool:
    return name in _types(schemas)


def _only_text(schemas: Sequence[Schema]) -> bool:
    types = _types(schemas)
    return "string" in types and types <= {"string", "null"}


def _fits(value: Any, schemas: Sequence[Schema]) -> bool:
    """Whether the value is of a type that some schema wants."""
    names = {
        dict: {"object"},
        list: {"array"},
        str: {"string"},
        bool: {"boolean"},
        int: {"integer", "number"},
        float: {"number", "integer"},
    }
    return bool(names.get(type(value), {"null"}) & _types(schemas))


def _refusal(text: str, message: str, fix: str) -> ManifestError:
    file = f"--set {harmless(text)}"
    return ManifestError([Finding(file, 0, 0, "bad-override", "error", message, fix)])
