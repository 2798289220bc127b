"""The calls of functions in a reply. A reply is text that nothing is known of: it is read and never run.

Three forms are read: `<tool_call>{"name": …, "arguments": {…}}</tool_call>`, as Hermes and Qwen write them,
once for each call; a JSON list of such objects, as xLAM writes it; and calls in Python, `[f(a=1), g(b="x")]`.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from typing import Any, Final, NamedTuple, NoReturn

MOST_CHARACTERS: Final = 32_768
MOST_CALLS: Final = 64

_OPEN: Final = "<tool_call>"
_CLOSE: Final = "</tool_call>"
_FENCE: Final = re.compile(r"```\w*\n(.*?)\n?```", re.DOTALL)


class Call(NamedTuple):
    """A function by the name in the reply, and its arguments by name."""

    name: str
    arguments: dict[str, Any]


class Unreadable(Exception):
    """A reply has no calls, or one in none of the forms; the message is a sentence that says so."""


def read(reply: str) -> list[Call]:
    """The calls in a reply, in their order, at least one. Raises Unreadable.

    What comes before `</think>` is left out. One call that cannot be read makes the reply unreadable.
    """
    if len(reply) > MOST_CHARACTERS:
        raise Unreadable(f"The reply is longer than {MOST_CHARACTERS} characters.")
    text = reply.rpartition("</think>")[2].strip()
    calls = _tagged(text) if _OPEN in text else _bare(text)
    if not calls:
        raise Unreadable("The reply has no call.")
    if len(calls) > MOST_CALLS:
        raise Unreadable(f"The reply has more than {MOST_CALLS} calls.")
    return calls


def _tagged(text: str) -> list[Call]:
    """Calls in tags. The last tag may be left open, as where the tokens ended with the call."""
    parts = text.split(_OPEN)[1:]
    return [_from_object(_json(part.partition(_CLOSE)[0])) for part in parts]


def _bare(text: str) -> list[Call]:
    """Calls without tags, perhaps in a fence: nothing may stand beside them."""
    fenced = _FENCE.fullmatch(text)
    inner = (fenced[1] if fenced else text).strip()
    if inner.startswith("{") or re.match(r"\[\s*[\]{]", inner):
        found = _json(inner)
        return [_from_object(item) for item in (found if isinstance(found, list) else [found])]
    return _from_python(inner)


def _json(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Unreadable("A call is not JSON.") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _from_object(item: object) -> Call:
    """`arguments` may be JSON in a string, as OpenAI has it, or be named `parameters`, as Llama has it."""
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise Unreadable("A call is not an object with a name.")
    arguments = item.get("arguments", item.get("parameters", {}))
    if isinstance(arguments, str):
        arguments = _json(arguments)
    if not isinstance(arguments, dict):
        raise Unreadable("The arguments of a call are not an object.")
    return Call(item["name"], arguments)


def _from_python(text: str) -> list[Call]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that Python does not know
            body = ast.parse(text, mode="eval").body
        return [
            _from_node(node) for node in (body.elts if isinstance(body, ast.List | ast.Tuple) else [body])
        ]
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        raise Unreadable("The reply is not made of calls.") from None


def _from_node(node: ast.expr) -> Call:
    """A call with nothing but literals for arguments, each by its name. Raises ValueError."""
    if not isinstance(node, ast.Call) or node.args:
        raise ValueError
    arguments: dict[str, Any] = {}
    for keyword in node.keywords:
        if keyword.arg is None or keyword.arg in arguments:
            raise ValueError
        arguments[keyword.arg] = _plain(ast.literal_eval(keyword.value))
    return Call(_dotted(node.func), arguments)


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Name):
        return node.id
    raise ValueError


def _plain(value: object) -> object:
    """The value, if JSON could say it but for tuples; neither bytes nor sets nor complex numbers."""
    if isinstance(value, list | tuple):
        return type(value)(_plain(item) for item in value)
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise ValueError
        return {key: _plain(item) for key, item in value.items()}
    if value is None or isinstance(value, str | int | float):
        return value
    raise ValueError
