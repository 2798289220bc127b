"""Calls that are changed in one place: left out, added, renamed, of another type or value, reordered."""

import random
from collections.abc import Iterator
from typing import Any

from workloads.textgames.envs.bfcl.calls import Call

OTHERS = (None, True, 0, -1, 1.5, "", "x", [], ["x"], [1], {}, {"a": 1}, [{}], [["x"]], ("x",), 10**400)
"""Values that hardly any answer allows, of every type."""

SOURCES = (
    "true", "1", "-1", "1.5", "1L", "1.5f", "", "x", '"x"', "'x'", "[]", "[1, 2]",
    '["a", "b"]', "[[1, 2], [3]]", "{}", '{"a": 1}', "{a: 'b', c: [1, 2], d: true}", "new int[]{1, 2}",
    'new String[]{"a"}', "new Array(1, 2)", "new ArrayList<>()",
    'new ArrayList<String>(Arrays.asList("a", "b"))',
    "new ArrayList<>() {{ add(1); add(2); }}",
    "new HashMap<>()", 'new HashMap<String, Object>() {{ put("a", 1); put("b", "c"); }}', "1n",
)  # fmt: skip
"""Source text of Java and JavaScript."""


def calls(right: list[Call], source: bool, chance: random.Random) -> Iterator[list[Call]]:
    """All the changes, each made to the right calls; where `source`, with values that are source text."""
    yield []
    yield [*right, right[0]]
    yield right[1:]
    yield right[::-1]
    yield chance.sample(right, len(right))
    if len(right) > 1:
        yield [right[0]] * len(right)
        yield [Call(call.name, right[n - 1].arguments) for n, call in enumerate(right)]
    for n, call in enumerate(right):
        for changed in _call(call, source, chance):
            yield [*right[:n], changed, *right[n + 1 :]]


def _call(call: Call, source: bool, chance: random.Random) -> Iterator[Call]:
    yield Call(call.name + "s", call.arguments)
    yield Call(call.name.replace(".", "_") + "_", call.arguments)
    yield Call(call.name, {})
    yield Call(call.name, {**call.arguments, "surplus": "x"})
    yield Call(call.name, dict(reversed(call.arguments.items())))
    for name, value in call.arguments.items():
        yield Call(call.name, {key: item for key, item in call.arguments.items() if key != name})
        yield Call(call.name, {**call.arguments, name.upper() + "_": value})
        for other in (*OTHERS, *(SOURCES if source else ()), *_values(value, chance)):
            yield Call(call.name, {**call.arguments, name: other})


def _values(value: Any, chance: random.Random) -> Iterator[Any]:
    """Other values near this one, some of which count as the same."""
    yield str(value)
    yield [value]
    if isinstance(value, bool):
        yield not value
        yield int(value)
    elif isinstance(value, int | float):
        yield from (value + 1, -value, value * 1.001, float(value), int(value))
    elif isinstance(value, str):
        yield from _strings(value)
    elif isinstance(value, list | tuple):
        yield from _lists(list(value), chance)
    elif isinstance(value, dict):
        yield from _dicts(value, chance)


def _strings(value: str) -> Iterator[str]:
    yield from (value.upper(), value.lower(), f" {value}. ", value + "y", value[1:], value[:-1])
    yield from (
        value.replace(" ", "-"),
        value.replace("'", '"'),
        value.replace(",", ";"),
        f'"{value}"',
        f"'{value}'",
    )


def _lists(value: list[Any], chance: random.Random) -> Iterator[Any]:
    yield from (value[::-1], value[1:], value[:-1], value * 2, tuple(value), [*value, "x"], [*value, 1])
    for n, item in enumerate(value):
        for other in (None, True, 7, 2.5, "x", {}, [], *_values(item, chance)):
            yield [*value[:n], other, *value[n + 1 :]]


def _dicts(value: dict[str, Any], chance: random.Random) -> Iterator[Any]:
    yield {**value, "surplus": 1}
    for name, item in value.items():
        yield {key: other for key, other in value.items() if key != name}
        for other in chance.sample([None, True, 7, 2.5, "x", "", {}, [], [item], *_values(item, chance)], 6):
            yield {**value, name: other}
