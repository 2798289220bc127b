from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect

from runner.cli.schema import schemas
from runner.kinds import KINDS
from runner.manifest.document import parse
from runner.manifest.finding import ManifestError
from runner.manifest.load import Kinds, load_document
from runner.manifest.schema import job_schema, kind_schema

ROOT = Path(__file__).parents[2]
TYPES: Kinds = {name: kind.job_type for name, kind in KINDS.items()}
VALIDATOR = jsonschema.Draft7Validator(job_schema(TYPES))

VALUES: list[Any] = [
    *[
        None,
        True,
        False,
        0,
        1,
        -1,
        2.0,
        2.5,
        1e300,
        2**31,
        10_001,
        "",
        "a",
        "a b",
        "a\n",
        "1h",
        "0s",
        "1h30",
        "9" * 40 + "h",
    ],
    *[
        "8GiB",
        "8 GiB",
        "3.11",
        "T4:9",
        "T4",
        "runner/v1",
        "Command",
        "Tune",
        "champion",
        "full",
        "KEY",
        "key",
        "x" * 401,
    ],
    *[
        [],
        [1],
        ["a"],
        ["a", "a", "a"],
        [None],
        [0.5, 0.7],
        [1, 2, 3],
        {},
        {"shell": "make"},
        {"shell": ""},
        {"a": 1},
    ],
    *[{"name": "a"}, {"usd": 1}, [{"metric": "m"}], {"KEY": "v"}, {"a b": "v"}, {"": ""}],
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value below the root."""
    children: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for step, child in children:
        yield (*path, step)
        yield from places(child, (*path, step))


def mutated(value: Any, chance: random.Random) -> Any:
    """A copy with one to three changes: replaced, removed, added or renamed."""
    value = copy.deepcopy(value)
    for _ in range(chance.randint(1, 3)):
        path = chance.choice(list(places(value)) or [()])
        if not path:
            return value
        holder = value
        for step in path[:-1]:
            holder = holder[step]
        last = path[-1]
        act = chance.random()
        if act < 0.6:
            holder[last] = copy.deepcopy(chance.choice(VALUES))
        elif act < 0.75:
            del holder[last]
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(chance.choice(VALUES)))
        elif act < 0.9:
            holder[chance.choice(["extra", "name", "env", "gates", "a.b"])] = copy.deepcopy(
                chance.choice(VALUES)
            )
        else:
            holder[f"{last}s"] = holder.pop(last)
    return value


def accepted(data: Any) -> bool:
    document = parse("a: 1")
    document.value = copy.deepcopy(data)
    try:
        load_document(document, TYPES)
    except ManifestError:
        return False
    return True


@given(seed=st.integers(0, 2**32))
@settings(max_examples=1_500, deadline=None)
def test_the_types_accept_what_the_schema_accepts_and_nothing_else(
    command: str, tune: str, seed: int
) -> None:
    chance = random.Random(seed)
    data = mutated(parse(chance.choice([command, tune])).value, chance)
    assert accepted(data) == VALIDATOR.is_valid(data), data


def test_another_validator_of_json_schema_agrees(command: str, tune: str) -> None:
    other = jsonschema_rs.validator_for(job_schema(TYPES))
    chance = random.Random(1)
    base = [parse(command).value, parse(tune).value]
    for _ in range(500):
        data = mutated(chance.choice(base), chance)
        assert other.is_valid(data) == VALIDATOR.is_valid(data), data


def test_good_manifests_meet_the_schema(manifest: str) -> None:
    VALIDATOR.validate(parse(manifest).value)


@pytest.mark.parametrize("name", list(KINDS))
def test_the_template_of_every_kind_meets_its_schema(name: str) -> None:
    value = parse(KINDS[name].template("sample")).value
    VALIDATOR.validate(value)
    jsonschema.Draft7Validator(kind_schema(TYPES[name], name)).validate(value)


@pytest.mark.parametrize("name", list(schemas()))
def test_the_committed_schema_is_what_the_types_say(name: str) -> None:
    committed = (ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert committed == json.dumps(schemas()[name], indent=2, ensure_ascii=False) + "\n", (
        "run: runner schema --write schemas"
    )


@pytest.mark.parametrize("name", list(schemas()))
def test_every_schema_is_one(name: str) -> None:
    jsonschema.Draft7Validator.check_schema(schemas()[name])


@pytest.mark.parametrize("name", ["job", "command", "tune", "validation"])
def test_every_field_has_a_title_and_a_description_for_the_editor(name: str) -> None:
    schema = schemas()[name]
    for definition in (schema, *schema["definitions"].values()):
        for field, about in definition.get("properties", {}).items():
            assert about.get("title"), (definition["title"], field)
            assert about.get("description"), (definition["title"], field)


def test_examples_and_defaults_meet_their_own_schema() -> None:
    for schema in json.loads(json.dumps(schemas())).values():
        for definition in (schema, *schema["definitions"].values()):
            for field, about in definition.get("properties", {}).items():
                checker = jsonschema.Draft7Validator({**about, "definitions": schema["definitions"]})
                for example in about.get("examples", []):
                    checker.validate(example)
                if "default" in about and "$ref" not in about:
                    assert checker.is_valid(about["default"]), (definition.get("title"), field)


def test_the_document_of_a_validation_may_hold_more_than_the_schema_asks_for() -> None:
    matchup = {
        "side_a": "ember", "side_b": "tide", "games": 10, "draws": 1, "wins_a": 5, "wins_b": 4,
        "wins_first_seat": 6, "wins_second_seat": 3, "comment": "extra",
    }  # fmt: skip
    document = {"schema": "runner/validation/v1", "matchups": [matchup], "tool": "ours"}
    checker = jsonschema.Draft7Validator(schemas()["validation"])
    checker.validate(document)
    assert not checker.is_valid({**document, "matchups": [{**matchup, "games": -1}]})


def referring(schema: Any) -> Iterator[dict[str, Any]]:
    """Every part of a schema that holds a reference."""
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from referring(inner)
    if isinstance(schema, dict) and "$ref" in schema:
        yield schema


def test_nothing_stands_beside_a_reference_where_draft_7_would_ignore_it() -> None:
    for schema in schemas().values():
        assert all(set(part) == {"$ref"} for part in referring(schema))


def test_texts_for_the_editor_are_of_the_field_and_not_of_its_type() -> None:
    definitions = schemas()["job"]["definitions"]
    validation, fields = definitions["Validation"]["properties"], definitions["Fields"]["properties"]
    assert validation["resources"]["description"].endswith("that of the training otherwise.")
    assert validation["document"]["examples"] == ["result.json"]
    assert len(validation["matchups"]["examples"][0]) > 2
    assert len({field["examples"][0] for field in fields.values()}) == len(fields)
    assert "branch" not in definitions["Variant"]["properties"]["name"]["description"]
    assert "branch" not in validation["matchups"]["items"]["description"]
    assert "branch" in definitions["Metadata"]["properties"]["name"]["description"]


def test_no_example_of_a_tuning_job_names_a_matrix() -> None:
    assert "matrix" not in json.dumps(schemas()["tune"])
    command = schemas()["command"]["definitions"]["CommandSpec"]["properties"]
    assert "matrix" not in json.dumps(command["build"])


def test_no_text_with_a_pattern_may_also_be_a_list_or_a_mapping() -> None:
    """msgspec 0.22 takes the pattern of such a text for a type when it cleans up, and crashes."""
    seen: set[Any] = set()

    def unions(known: Any) -> Iterator[list[Any]]:
        if isinstance(known, inspect.Metadata):
            yield from unions(known.type)
        elif isinstance(known, inspect.UnionType):
            yield [one.type if isinstance(one, inspect.Metadata) else one for one in known.types]
            for one in known.types:
                yield from unions(one)
        elif isinstance(known, inspect.StructType) and known.cls not in seen:
            seen.add(known.cls)
            for field in known.fields:
                yield from unions(field.type)
        for below in ("item_type", "key_type", "value_type"):
            if hasattr(known, below):
                yield from unions(getattr(known, below))

    for kind in TYPES.values():
        for union in unions(inspect.type_info(kind)):
            if any(getattr(one, "pattern", None) for one in union):
                assert not any(isinstance(one, inspect.CollectionType | inspect.DictType) for one in union)
    assert len(seen) > 20
