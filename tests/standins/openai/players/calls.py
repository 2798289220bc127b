"""Calls functions: the first one that there is, with what its schema asks for."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from tests.standins.openai.chat import Chat

VALUES: dict[str, Any] = {
    "string": "x", "integer": 1, "number": 1.5, "boolean": True, "array": [], "object": {}, "null": None
}  # fmt: skip


def perfect(chat: Chat) -> str:
    """A call whose required arguments are of the right types."""
    function = chat.tools[0]["function"]
    schema = function.get("parameters") or {}
    named = {name: value_of(schema["properties"][name]) for name in schema.get("required", [])}
    return _say(function["name"], named)


def random(chat: Chat, chance: Random) -> str:
    """A call of any of the functions, without arguments."""
    return _say(chance.choice(chat.tools)["function"]["name"], {})


def value_of(schema: dict[str, Any]) -> Any:
    """Some value that a schema allows."""
    if schema.get("enum"):
        return schema["enum"][0]
    return VALUES.get(str(schema.get("type")), "x")


def _say(name: str, arguments: dict[str, Any]) -> str:
    call = json.dumps({"name": name, "arguments": arguments})
    return f"<tool_call>\n{call}\n</tool_call>"
