"""Functions as they are offered to a model: JSON schemas in OpenAI's form, as the leaderboard makes them.

Names may have no dots there, so that a reply calls `math.gcd` as `math_gcd`.
"""

from __future__ import annotations

import json
from typing import Any, Final

from workloads.textgames.envs.bfcl.calls import Call
from workloads.textgames.envs.bfcl.rows import Function, Language, Row

TYPES: Final = {
    "integer": "integer", "byte": "integer", "short": "integer", "long": "integer", "Bigint": "integer",
    "number": "number", "float": "number", "double": "number",
    "boolean": "boolean", "bool": "boolean", "Boolean": "boolean",
    "array": "array", "list": "array", "tuple": "array", "ArrayList": "array", "Array": "array",
    "dict": "object", "object": "object", "HashMap": "object",
}  # fmt: skip
"""The types of JSON Schema for the leaderboard's; every other is a string."""

_SYNTAX: Final[dict[Language, str]] = {
    "python": "Python 3", "java": "Java 8 SDK", "javascript": "JavaScript",
}  # fmt: skip
_NAMES: Final[dict[Language, str]] = {"java": "Java", "javascript": "JavaScript"}


def offered(row: Row) -> list[dict[str, Any]]:
    """The functions of a row, in its order."""
    return [{"type": "function", "function": _function(function, row.language)} for function in row.functions]


def named_as_declared(calls: list[Call], row: Row) -> list[Call]:
    """The calls with the names that the row's functions have; a name that was not offered stays."""
    names = {_name(function): function.name for function in row.functions}
    return [call._replace(name=names.get(call.name, call.name)) for call in calls]


def _name(function: Function) -> str:
    return function.name.replace(".", "_")


def _function(function: Function, language: Language) -> dict[str, Any]:
    properties = {
        name: _schema(schema) if language == "python" else _source_text(schema, language)
        for name, schema in function.parameters.properties.items()
    }
    hint = f" Note that the provided function is in {_SYNTAX[language]} syntax."
    return {
        "name": _name(function),
        "description": function.description + hint,
        "parameters": {"type": "object", "properties": properties, "required": function.parameters.required},
    }


def _schema(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema, and those inside it. `required` is a list or, where it is none, left out."""
    kind = schema.get("type", "any")
    made = {**schema, "type": TYPES.get(kind, "string")}
    if kind == "float":
        made["format"] = "float"
        made["description"] = f"{schema.get('description', '')} This is a float type value.".strip()
    if "properties" in schema:
        made["properties"] = {name: _schema(inner) for name, inner in schema["properties"].items()}
    if "items" in schema:
        made["items"] = _schema(schema["items"])
    if not isinstance(schema.get("required", []), list):
        del made["required"]
    return made


def _source_text(schema: dict[str, Any], language: Language) -> dict[str, Any]:
    """A parameter of Java or JavaScript: its value is source text in a string, and its type is told."""
    kind, name = schema["type"], _NAMES[language]
    told = [schema.get("description", "")]
    if kind == "any":
        told.append(f"This parameter can be of any type of {name} object in string representation.")
    else:
        told.append(f"This is {name} {kind} type parameter in string representation.")
    if "items" in schema:
        inner = schema["items"]["type"]
        told.append(f"The list elements are of type {inner}; they are not in string representation.")
    if "properties" in schema:
        entries = json.dumps(schema["properties"])
        told.append(
            "The dictionary entries have the following schema; they are not in string representation. "
            + entries
        )
    kept = {key: value for key, value in schema.items() if key not in ("items", "properties", "required")}
    return {**kept, "type": "string", "description": " ".join(told)}
