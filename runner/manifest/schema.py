"""JSON Schema (draft 7, which every editor knows) from the types of the manifest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import chain
from typing import Any

from runner.manifest.common import API_VERSION, Job

DIALECT = "http://json-schema.org/draft-07/schema#"

Schema = dict[str, Any]


def job_schema(kinds: Mapping[str, type[Job]]) -> Schema:
    """The schema of any manifest: `kind` decides which of the kinds' schemas applies."""
    import msgspec

    _, definitions = msgspec.json.schema_components(list(kinds.values()), ref_template="#/definitions/{name}")
    for definition in definitions.values():
        _improve(definition, definitions)
    first = definitions[next(iter(kinds.values())).__name__]["properties"]
    return {
        "$schema": DIALECT,
        "title": "Job",
        "description": "A manifest of a job; `kind` says which.",
        "type": "object",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "properties": {
            "apiVersion": first["apiVersion"],
            "kind": {"title": "Kind", "description": "What kind of job this is.", "enum": list(kinds)},
            "metadata": first["metadata"],
            "spec": {
                "title": "Spec",
                "description": "What to run; the fields depend on `kind`.",
                "type": "object",
            },
        },
        "allOf": [
            {
                "if": {"required": ["kind"], "properties": {"kind": {"const": name}}},
                "then": {"$ref": f"#/definitions/{kind.__name__}"},
            }
            for name, kind in kinds.items()
        ],
        "definitions": definitions,
    }


@cache
def kind_schema(job: type[Job], name: str) -> Schema:
    """The schema of the manifests of one kind. Made once: do not change it."""
    whole = job_schema({name: job})
    definition: Schema = whole["definitions"].pop(job.__name__)
    definition |= {"title": f"{name} job", "definitions": whole["definitions"]}
    return {"$schema": DIALECT, **definition}


def struct_schema(struct: type, title: str) -> Schema:
    """The schema of one document that a type describes, such as `result.json`."""
    import msgspec

    (root,), definitions = msgspec.json.schema_components([struct], ref_template="#/definitions/{name}")
    for definition in definitions.values():
        _improve(definition, definitions)
        _draft7(definition)
    definition = definitions.pop(root["$ref"].rpartition("/")[2])
    return {"$schema": DIALECT, **definition, "title": title, "definitions": definitions}


def _improve(definition: Schema, definitions: Mapping[str, Schema]) -> None:
    """Make a generated definition read well on hover, without a change of meaning."""
    definition["title"] = _words(definition.get("title", ""))
    if "description" in definition:
        # Further lines of a docstring are indented, which an editor would show as code.
        definition["description"] = re.sub(r"\n +", "\n", definition["description"])
    for name, schema in definition.get("properties", {}).items():
        simple = _simplified(schema)
        simple.setdefault("title", _words(name))
        target = _target(simple, definitions)
        if target is not None and "description" not in simple and "description" in target:
            simple["description"] = target["description"]
        if "$ref" in simple:
            # Beside a reference draft 7 ignores everything else.
            simple["allOf"] = [{"$ref": simple.pop("$ref")}]
        schema.clear()
        schema |= {key: simple[key] for key in sorted(simple, key=_order)}
    if {"apiVersion", "metadata"} <= definition.get("properties", {}).keys():
        definition["properties"]["apiVersion"] |= {
            "description": "The version of this format.",
            "default": API_VERSION,
        }
        definition["properties"]["kind"]["description"] = "What kind of job this is."


def _simplified(schema: Schema) -> Schema:
    """`anyOf` of plain types as one list of types; what a branch tells is told by the whole."""
    if "anyOf" not in schema:
        return dict(schema)
    result = {key: value for key, value in schema.items() if key != "anyOf"}
    branches: list[Schema] = []
    for branch in schema["anyOf"]:
        inner = _simplified(branch)
        for key in ("description", "examples") if len(schema["anyOf"]) == 2 else ():
            if key in inner:
                result.setdefault(key, inner.pop(key))
        branches += inner.get("anyOf", [inner])
    null = {"type": "null"} in branches
    others = [branch for branch in branches if branch != {"type": "null"}]
    if null and len(others) == 1 and isinstance(others[0].get("type"), str):
        return {**others[0], **result, "type": [others[0]["type"], "null"]}
    if null and len(others) == 1 and "enum" in others[0]:
        return {**others[0], **result, "enum": [*others[0]["enum"], None]}
    if all(set(branch) == {"type"} for branch in branches):
        listed = (branch["type"] for branch in branches)
        every = (names if isinstance(names, list) else [names] for names in listed)
        return {**result, "type": list(dict.fromkeys(chain.from_iterable(every)))}
    return {**result, "anyOf": branches}


def _target(schema: Schema, definitions: Mapping[str, Schema]) -> Schema | None:
    for candidate in (schema, *schema.get("anyOf", ()), *schema.get("allOf", ())):
        if "$ref" in candidate:
            return definitions[candidate["$ref"].rpartition("/")[2]]
    return None


def _draft7(schema: Any) -> None:
    """Rewrite tuples, which msgspec describes in the words of a later draft."""
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        _draft7(inner)
    if isinstance(schema, dict) and "prefixItems" in schema:
        schema["items"] = schema.pop("prefixItems")


_FIRST = ("title", "description", "type", "enum", "anyOf", "allOf")


def _order(key: str) -> int:
    return _FIRST.index(key) if key in _FIRST else len(_FIRST)


def _words(name: str) -> str:
    """`stall_timeout` as `Stall timeout`, `CommandSpec` as `Command spec`."""
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    text = spaced.strip().replace("_", " ")
    return text[:1].upper() + text[1:]


def resolved(schema: Schema, root: Schema) -> Schema:
    """The schema that a reference names, one that stands alone in an `allOf` included; else as it is."""
    target = schema.get("allOf", [schema])[0].get("$ref")
    found: Schema = schema if target is None else root["definitions"][target.rpartition("/")[2]]
    return found


def branches(schema: Schema, root: Schema) -> Iterable[Schema]:
    """The schemas that a value may meet, references and unions resolved."""
    if "$ref" in schema or "allOf" in schema:
        yield from branches(resolved(schema, root), root)
    elif "anyOf" in schema:
        for branch in schema["anyOf"]:
            yield from branches(branch, root)
    else:
        yield schema
