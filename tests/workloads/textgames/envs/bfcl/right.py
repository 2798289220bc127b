"""Calls that are right for a row, made from its answers."""

import copy
from typing import Any

from workloads.textgames.envs.bfcl.calls import Call
from workloads.textgames.envs.bfcl.rows import Answer, Function, Row

LEFT_OUT = ""


def calls(row: Row, *, optional: bool, choice: int = 0) -> list[Call]:
    """The calls that the answers ask for: with each value the first allowed, or one `choice` later.

    Without `optional`, what may be left out is left out.
    """
    return [_call(answer, row.function(answer.name), row, optional, choice) for answer in row.answers]


def _call(answer: Answer, function: Function, row: Row, optional: bool, choice: int) -> Call:
    given = {}
    for name, allowed in answer.arguments.items():
        declared = function.parameters.properties.get(name)
        is_required = name in function.parameters.required
        wanted = [value for value in allowed if value != LEFT_OUT] or ([LEFT_OUT] if is_required else [])
        may_go = LEFT_OUT in allowed and not is_required
        if not wanted or declared is None or (may_go and not optional):
            continue
        value = _value(wanted[min(choice, len(wanted) - 1)], optional)
        given[name] = value if row.language == "python" else source(value, declared, row.language)
    return Call(answer.name, given)


def _value(wanted: Any, optional: bool) -> Any:
    """A value of the answer. In a dict of it each key has a list of what is allowed."""
    if isinstance(wanted, dict):
        kept = {key: [item for item in allowed if item != LEFT_OUT] for key, allowed in wanted.items()}
        return {
            key: copy.deepcopy(items[0])
            for key, items in kept.items()
            if items and (optional or LEFT_OUT not in wanted[key])
        }
    if isinstance(wanted, list):
        return [_value(item, optional) for item in wanted]
    return wanted


def source(value: Any, declared: dict[str, Any], language: str) -> str:
    """A value as source text of Java or JavaScript."""
    kind, inner = declared["type"], declared.get("items", {}).get("type", "any")
    if isinstance(value, str):
        return value
    if language == "java":
        if kind == "HashMap":
            puts = "".join(f'put("{key}", {_literal(item)}); ' for key, item in value.items())
            return f"new HashMap<String, Object>() {{{{ {puts}}}}}"
        if kind == "Array":
            return f"new {inner}[]{{{', '.join(_scalar(item, inner) for item in value)}}}"
        if kind == "ArrayList":
            items = ", ".join(_quoted(item, inner) for item in value)
            return f"new ArrayList<>(Arrays.asList({items}))" if value else "new ArrayList<>()"
        return _scalar(value, kind)
    if kind == "dict":
        return "{" + ", ".join(f"{key}: {_literal(item)}" for key, item in value.items()) + "}"
    if kind == "array":
        return "[" + ", ".join(_literal(item) for item in value) + "]"
    return _scalar(value, kind)


def _scalar(value: Any, kind: str) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text + {"long": "L", "float": ""}.get(kind, "")


def _quoted(value: Any, kind: str) -> str:
    return f'"{value}"' if kind == "String" else _scalar(value, kind)


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_literal(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else _scalar(value, "any")
