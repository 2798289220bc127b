"""Makes answers whole: what GitHub requires besides the known gets a value that is allowed."""

from __future__ import annotations

import copy
from typing import Any

from tests.standins.github.description import Description, Schema

TEXTS = {"date-time": "2026-01-01T00:00:00Z", "email": "nobody@example.invalid"}


class Undocumented(Exception):
    """The stand-in would answer a field that GitHub does not describe."""


class Filler:
    """Fills values up to what a schema requires. URLs have the server's address: clients follow no others."""

    def __init__(self, description: Description, base_url: str) -> None:
        self.description = description
        self.base_url = base_url
        self._least: dict[int, tuple[Schema, Any]] = {}
        self._objects: dict[int, tuple[Schema, dict[str, Any]]] = {}

    def fill(self, schema: Schema, known: Any, name: str = "") -> Any:
        """A known value, with all that the schema requires besides."""
        if isinstance(known, list):
            items = self._alternative(self.description.resolved(schema), known).get("items", {})
            return [self.fill(items, each, name) for each in known]
        if not isinstance(known, dict):
            return known
        resolved = self._alternative(self.description.resolved(schema), known)
        properties = self._properties(resolved)
        open_ended = not properties or resolved.get("additionalProperties")
        if not open_ended and (extra := sorted(set(known) - set(properties))):
            raise Undocumented(f"{name or '.'}: {', '.join(extra)}")
        filled = copy.deepcopy(self._object(resolved))
        filled.update({key: self.fill(properties.get(key, {}), known[key], key) for key in known})
        return filled

    def least(self, schema: Schema, name: str = "") -> Any:
        """The smallest value that a schema allows."""
        kept = self._least.get(id(schema))
        if kept is None:
            kept = self._least[id(schema)] = schema, self._make_least(schema, name)
        return kept[1]

    def _make_least(self, schema: Schema, name: str) -> Any:
        resolved = self.description.resolved(schema)
        if resolved.get("nullable"):
            return None
        for choice in ("anyOf", "oneOf"):
            if choice in resolved and "properties" not in resolved:
                return self.least(resolved[choice][0], name)
        if "allOf" in resolved or "properties" in resolved or resolved.get("type") == "object":
            return self._object(resolved)
        if "enum" in resolved:
            return resolved["enum"][0]
        return self._scalar(resolved, name)

    def _object(self, resolved: Schema) -> dict[str, Any]:
        kept = self._objects.get(id(resolved))
        if kept is None:
            properties = self._properties(resolved)
            made = {key: self.least(properties.get(key, {}), key) for key in self._required(resolved)}
            kept = self._objects[id(resolved)] = resolved, made
        return kept[1]

    def _scalar(self, schema: Schema, name: str) -> Any:
        if schema.get("type") == "string":
            if schema.get("format") == "uri":
                return f"{self.base_url}/not-told/{name}"
            return TEXTS.get(schema.get("format", ""), "x" * int(schema.get("minLength", 0)))
        if schema.get("type") == "array":
            return [self.least(schema.get("items", {}))] * int(schema.get("minItems", 0))
        number = int(schema.get("minimum", 0))
        return {"integer": number, "number": number, "boolean": False}.get(schema.get("type", ""))

    def _properties(self, schema: Schema) -> dict[str, Schema]:
        found: dict[str, Schema] = dict(schema.get("properties", {}))
        for each in schema.get("allOf", []):
            found |= self._properties(self.description.resolved(each))
        return found

    def _required(self, schema: Schema) -> list[str]:
        found: list[str] = list(schema.get("required", []))
        for each in schema.get("allOf", []):
            found += self._required(self.description.resolved(each))
        return found

    def _alternative(self, schema: Schema, known: dict[str, Any] | list[Any]) -> Schema:
        """Of several schemas the one that a known value can be meant for."""
        for choice in ("anyOf", "oneOf"):
            if choice in schema and "properties" not in schema:
                fitting = [self.description.resolved(each) for each in schema[choice]]
                fitting = [each for each in fitting if self._fits(each, known)]
                if fitting:
                    return self._alternative(min(fitting, key=lambda each: self._extra(each, known)), known)
        return schema

    def _extra(self, schema: Schema, known: dict[str, Any] | list[Any]) -> int:
        """How many properties of a known value a schema does not have."""
        return len(set(known) - set(self._properties(schema))) if isinstance(known, dict) else 0

    def _fits(self, schema: Schema, known: dict[str, Any] | list[Any]) -> bool:
        if isinstance(known, list):
            return schema.get("type") == "array"
        properties = self._properties(schema)
        choices = {key: self.description.resolved(each).get("enum") for key, each in properties.items()}
        told = all(
            key not in known or not allowed or known[key] in allowed for key, allowed in choices.items()
        )
        return schema.get("type", "object") == "object" and told
