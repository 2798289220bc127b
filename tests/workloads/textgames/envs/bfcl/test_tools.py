"""Functions are offered as JSON schemas in OpenAI's form."""

import re
from pathlib import Path

import jsonschema_rs

from workloads.textgames.envs.bfcl import tools
from workloads.textgames.envs.bfcl.calls import Call
from workloads.textgames.envs.bfcl.rows import CATEGORIES, Answer, Function, Parameters, Row, load

PROPERTIES = {
    "size": {"type": "float", "description": "In metres."},
    "pair": {"type": "tuple", "items": {"type": "integer"}},
    "what": {"type": "any"},
    "nested": {"type": "dict", "required": True, "properties": {"on": {"type": "bool"}, "any": {}}},
}


def row(category: str, properties: dict[str, dict[str, object]]) -> Row:
    function = Function("a.b.c", "Does.", Parameters(properties, ["size"]))
    return Row("row", category, "", "", [function], [Answer("a.b.c", {})])


def test_types_become_those_of_json_schema() -> None:
    [tool] = tools.offered(row("simple_python", PROPERTIES))
    assert tool == {
        "type": "function",
        "function": {
            "name": "a_b_c",
            "description": "Does. Note that the provided function is in Python 3 syntax.",
            "parameters": {
                "type": "object",
                "required": ["size"],
                "properties": {
                    "size": {
                        "type": "number",
                        "format": "float",
                        "description": "In metres. This is a float type value.",
                    },
                    "pair": {"type": "array", "items": {"type": "integer"}},
                    "what": {"type": "string"},
                    "nested": {
                        "type": "object",
                        "properties": {"on": {"type": "boolean"}, "any": {"type": "string"}},
                    },
                },
            },
        },
    }


def test_values_of_java_and_javascript_are_text_of_a_told_type() -> None:
    java = {"ids": {"type": "ArrayList", "description": "Some.", "items": {"type": "long"}}}
    [tool] = tools.offered(row("simple_java", java))
    assert tool["function"]["parameters"]["properties"]["ids"] == {
        "type": "string",
        "description": "Some. This is Java ArrayList type parameter in string representation. The list "
        "elements are of type long; they are not in string representation.",
    }
    script = {"options": {"type": "dict", "description": "Some.", "properties": {"a": {"type": "any"}}}}
    [tool] = tools.offered(row("simple_javascript", script))
    told = tool["function"]["parameters"]["properties"]["options"]["description"]
    assert told.endswith('not in string representation. {"a": {"type": "any"}}')


def test_a_name_without_dots_is_mapped_back() -> None:
    wanted = row("simple_python", PROPERTIES)
    calls = [Call("a_b_c", {}), Call("a.b.c", {}), Call("a_b.c", {})]
    assert [call.name for call in tools.named_as_declared(calls, wanted)] == ["a.b.c", "a.b.c", "a_b.c"]


def test_every_function_of_the_leaderboard_is_a_schema_with_a_name_of_its_own(unpacked: Path) -> None:
    for category in CATEGORIES:
        for each in load(unpacked / "bfcl_eval" / "data", category):
            offered = [tool["function"] for tool in tools.offered(each)]
            names = [function["name"] for function in offered]
            assert len(set(names)) == len(names)
            assert all(re.fullmatch("[a-zA-Z0-9_-]{1,64}", name) for name in names)
            for function in offered:
                jsonschema_rs.meta.validate(function["parameters"])
