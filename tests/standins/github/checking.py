"""Checks values against schemas of the description."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from tests.standins.github.description import Description, Schema

HOME = "urn:github"
SHOWN = 5


def as_json_schema(node: Any) -> Any:
    """A schema of OpenAPI 3.0 as JSON Schema: `nullable` becomes a type, references name the document.

    OpenAPI gives `nullable` no force beside a schema without a type; GitHub means it there too.
    """
    if isinstance(node, list):
        return [as_json_schema(each) for each in node]
    if not isinstance(node, dict):
        return node
    if node.get("nullable") is True:
        rest = {key: value for key, value in node.items() if key != "nullable"}
        return {"anyOf": [{"enum": [None]}, as_json_schema(rest)]}
    return {
        key: HOME + value if key == "$ref" and isinstance(value, str) else as_json_schema(value)
        for key, value in node.items()
    }


class Checker:
    """Finds what is wrong with values; compiled schemas are kept."""

    def __init__(self, description: Description) -> None:
        self.description = description
        self._compiled: dict[int, tuple[Schema, jsonschema_rs.Validator]] = {}
        self._registry = jsonschema_rs.Registry(
            [(HOME, as_json_schema(description.document))], draft=jsonschema_rs.Draft4
        )

    def problems(self, schema: Schema, value: object) -> list[str]:
        """What a value has wrong, a line for each."""
        kept = self._compiled.get(id(schema))
        if kept is None:
            validator = jsonschema_rs.Draft4Validator(as_json_schema(schema), registry=self._registry)
            kept = self._compiled[id(schema)] = schema, validator
        if kept[1].is_valid(value):
            return []
        found = list(kept[1].iter_errors(value))[:SHOWN]
        return [f"{'/'.join(map(str, each.instance_path)) or '.'}: {each.message[:200]}" for each in found]

    def unknown(self, schema: Schema, body: object) -> list[str]:
        """Properties of a request's body that the description does not know."""
        known = self.description.resolved(schema)
        if not isinstance(body, dict) or "properties" not in known or "additionalProperties" in known:
            return []
        return [f"{name}: not a property" for name in body if name not in known["properties"]]
