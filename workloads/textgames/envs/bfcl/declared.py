"""Whether an argument is right: of the type that its function declares, and among what the answer allows.

A declared type is compared exactly: `True` is no integer. Where the answer's own values are of another type
than the declared one, they stand for a variable, and are compared as they are.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from workloads.textgames.envs.bfcl import java, javascript
from workloads.textgames.envs.bfcl.rows import Language
from workloads.textgames.envs.bfcl.values import LEFT_OUT, is_dict, is_list, is_list_of_dicts, is_string

Mistake = Literal["wrong_type", "wrong_value"]

_PYTHON: Final[dict[str, type]] = {
    "string": str, "integer": int, "float": float, "boolean": bool, "array": list,
    "tuple": list, "dict": dict,
}  # fmt: skip
_TYPES: Final = {"python": _PYTHON, "java": java.TYPES, "javascript": javascript.TYPES}
_LISTS: Final = ("array", "tuple", "Array", "ArrayList")


def mistake_in(value: Any, schema: dict[str, Any], allowed: list[Any], language: Language) -> Mistake | None:
    """What is wrong with an argument; None where it is right.

    `schema` is of the parameter. In Java and JavaScript every value is source text in a string.
    """
    types = _TYPES[language]
    name = schema.get("type", "any")
    inner_name = schema.get("items", {}).get("type") if name in _LISTS else None
    if language == "python":
        value = _python(value, name)
    elif not isinstance(value, str):
        return "wrong_type"
    else:
        value = (java if language == "java" else javascript).value_of(value, name, inner_name)
    expected = types.get(name, str)
    inner = None if inner_name is None else types.get(inner_name, str)
    if not _has_type(value, expected, inner, allowed):
        return "wrong_type"
    return None if _is_allowed(value, expected, inner, allowed) else "wrong_value"


def _python(value: Any, name: str) -> Any:
    """A tuple is a list in JSON, where the answers are; a whole number may stand for a real one."""
    if name == "tuple" and isinstance(value, tuple):
        return list(value)
    if name == "float" and type(value) is int:
        try:
            return float(value)
        except OverflowError:
            return value
    return value


def _type_allowed(allowed: list[Any]) -> type | None:
    """The type of the answer's own values, by the first; None where the argument can only be left out."""
    return next((type(option) for option in allowed if option != LEFT_OUT), None)


def _has_type(value: Any, expected: type, inner: type | None, allowed: list[Any]) -> bool:
    if type(value) is not expected:
        return type(value) is _type_allowed(allowed)
    if inner is None:
        return True
    return any(_items_have_type(value, inner, option) for option in allowed)


def _items_have_type(value: Any, inner: type, option: Any) -> bool:
    """Whether each item is of the declared type or of the type of the answer's own items."""
    if not isinstance(option, list):
        return True
    return all(type(item) is inner or type(item) is _type_allowed(option) for item in value)


def _is_allowed(value: Any, expected: type, inner: type | None, allowed: list[Any]) -> bool:
    own = _type_allowed(allowed)
    is_variable = own is not None and own is not expected
    if is_variable:
        return value in allowed
    if expected is dict:
        return is_dict(value, allowed)
    if expected is list:
        return is_list_of_dicts(value, allowed) if inner is dict else is_list(value, allowed)
    if expected is str:
        return is_string(value, allowed)
    return value in allowed
