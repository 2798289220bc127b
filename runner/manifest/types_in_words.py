"""Types and values in words, and how to write a value in the type that is wanted."""

from __future__ import annotations

import shlex
from typing import Any

from runner.manifest.scalars import resolve
from runner.manifest.schema import Schema
from runner.manifest.secrets import mask
from runner.wording import choices, shown

_WORDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


def types(schema: Schema) -> str:
    """What a schema wants, in words."""
    if "enum" in schema:
        return choices(str(value) for value in schema["enum"] if value is not None)
    if "anyOf" in schema:
        return choices(
            dict.fromkeys(types(branch) for branch in schema["anyOf"] if branch.get("type") != "null")
        )
    wanted = schema.get("type", "object")
    if wanted == "object" and schema.get("required"):
        return f"a mapping {{{', '.join(f'{name}: …' for name in schema['required'])}}}"
    names = [wanted] if isinstance(wanted, str) else [name for name in wanted if name != "null"]
    return choices(_WORDS[name] for name in names if name != "integer" or "number" not in names)


def kind_of(value: Any) -> str:
    """What a value is, in words."""
    if value is None:
        return "empty"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return f"the text {masked(value)}"
    return f"{'the number ' if not isinstance(value, bool) else ''}{shown(value)}"


def retyped(value: Any, schemas: list[Schema], written: str | None) -> str:
    """How to write the same thing in the type that is wanted."""
    wanted = {name for schema in schemas for name in _listed(schema.get("type", "object"))}
    if value is None:
        return "give it a value, or remove the field"
    if isinstance(value, (int, float)) and "string" in wanted:
        return f"put it in quotes: {shown(written if written is not None else str(value))}"
    if isinstance(value, str) and "array" in wanted:
        return f"write it as a list: {mask(_as_list(value, schemas))}"
    if isinstance(value, str) and wanted & {"integer", "number", "boolean"}:
        return "write it without quotes" if value.strip() in ("true", "false") or _is_number(value) else ""
    if "array" in wanted and not isinstance(value, (list, dict)):
        return f"write it as a list: [{shown(value)}]"
    if "object" in wanted:
        return "write it as fields, name: value"
    return ""


def _listed(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else types


def _as_list(value: str, schemas: list[Schema]) -> str:
    """A command line split as a shell would, anything else as the one item of a list."""
    words = [value]
    if any("shell" in schema.get("properties", {}) for schema in schemas):
        try:
            words = shlex.split(value) or [value]
        except ValueError:
            words = [value]
    return f"[{', '.join(shown(word) for word in words)}]"


def _is_number(text: str) -> bool:
    return isinstance(resolve(text.strip()), (int, float))


def masked(value: Any) -> str:
    """A value for a message, with nothing in it that looks like a key."""
    return mask(shown(mask(value) if isinstance(value, str) else value))
