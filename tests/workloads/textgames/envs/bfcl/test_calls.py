"""Calls are read out of replies in three forms, and nothing else is."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workloads.textgames.envs.bfcl.calls import MOST_CALLS, MOST_CHARACTERS, Call, Unreadable, read

ONE = '{"name": "f", "arguments": {"a": 1}}'
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<>\0\r"), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
ARGUMENTS = st.dictionaries(st.from_regex("[a-z_]{1,6}_", fullmatch=True), VALUES, max_size=3)


@pytest.mark.parametrize(
    "reply",
    [
        f"<tool_call>{ONE}</tool_call>",
        f"Let me see.\n<tool_call>\n{ONE}\n</tool_call>\nThat is it.",
        f"<tool_call>\n{ONE}",
        f"<think>f(a=2) or <tool_call></think>\n\n<tool_call>{ONE}</tool_call>",
        f"[{ONE}]",
        f" {ONE}\n",
        f"```json\n[{ONE}]\n```",
        '[{"name": "f", "arguments": "{\\"a\\": 1}"}]',
        '[{"name": "f", "parameters": {"a": 1}}]',
        "[f(a=1)]",
        "f(a=1)",
        "```python\n[f(a=1)]\n```",
        "```\nf(a=1)\n```",
    ],
)
def test_a_call_is_read_in_every_form(reply: str) -> None:
    assert read(reply) == [Call("f", {"a": 1})]


@pytest.mark.parametrize(
    "reply",
    [
        '<tool_call>{"name": "f", "arguments": {}}</tool_call>\n<tool_call>{"name": "g.h"}</tool_call>',
        '[{"name": "f", "arguments": {}}, {"name": "g.h", "arguments": {}}]',
        "[f(), g.h()]",
        "f(), g.h()",
    ],
)
def test_calls_stand_in_their_order(reply: str) -> None:
    assert read(reply) == [Call("f", {}), Call("g.h", {})]


def test_python_has_tuples_and_escapes() -> None:
    assert read(r"[f(a=(1, -2.5), b={'c': [None, True]}, d='\d', e='x' 'y')]") == [
        Call("f", {"a": (1, -2.5), "b": {"c": [None, True]}, "d": r"\d", "e": "xy"})
    ]


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "I cannot help with that.",
        "<think>f(a=1)",
        "[]",
        "()",
        "[1, 2]",
        "null",
        "<tool_call></tool_call>",
        "<tool_call>f(a=1)</tool_call>",
        f"<tool_call>{ONE}</tool_call><tool_call>nothing</tool_call>",
        f"<tool_call>[{ONE}]</tool_call>",
        f"Here: [{ONE}]",
        '[{"name": 3, "arguments": {}}]',
        '[{"arguments": {}}]',
        '[{"name": "f", "arguments": [1]}]',
        '[{"name": "f", "arguments": "a"}]',
        '[{"name": "f", "arguments": {"a": NaN}}]',
        "[" * 50_000,
        '{"a":' * 5_000,
    ],
)
def test_what_is_no_call_is_unreadable(reply: str) -> None:
    with pytest.raises(Unreadable):
        read(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "f(1)",
        "f(*[1])",
        "f(**{'a': 1})",
        "f(a=1, a=2)",
        "f(a=1)(b=2)",
        "f[0](a=1)",
        "f(a=b)",
        "f(a=g())",
        "f(a=2**9)",
        "f(a=1+2j)",
        "f(a={1})",
        "f(a={1: 2})",
        "f(a={[]: 2})",
        "f(a=b'x')",
        "f(a=...)",
        "f(a=f'{1}')",
        "f(a=[x for x in (1,)])",
        "lambda: f(a=1)",
        "f(a=1); g()",
        "f(a='\0')",
        "f(a=" + "9" * 5_000 + ")",
        "f(a=" + "-" * 20_000 + "1)",
        "f(a=" + "[" * 5_000 + "]" * 5_000 + ")",
        "f" + ".g" * 10_000 + "()",
        "f(a='\ud800')",
    ],
)
def test_python_other_than_calls_with_literals_is_unreadable(reply: str) -> None:
    with pytest.raises(Unreadable, match="not made of calls"):
        read(reply)


def test_there_is_a_most_of_calls_and_of_characters() -> None:
    assert len(read("[" + "f()," * MOST_CALLS + "]")) == MOST_CALLS
    with pytest.raises(Unreadable, match="more than 64 calls"):
        read("[" + "f()," * (MOST_CALLS + 1) + "]")
    with pytest.raises(Unreadable, match="longer"):
        read(f"f(a='{'x' * MOST_CHARACTERS}')")


@given(
    st.lists(
        st.builds(Call, st.from_regex(r"[a-z]{1,5}_(\.[a-z]{1,5}_)?", fullmatch=True), ARGUMENTS),
        min_size=1,
        max_size=3,
    )
)
def test_all_forms_say_the_same(calls: list[Call]) -> None:
    objects = [json.dumps({"name": call.name, "arguments": call.arguments}) for call in calls]
    python = [f"{call.name}({', '.join(f'{k}={v!r}' for k, v in call.arguments.items())})" for call in calls]
    assert read("\n".join(f"<tool_call>\n{each}\n</tool_call>" for each in objects)) == calls
    assert read(f"[{', '.join(objects)}]") == calls
    assert read(f"[{', '.join(python)}]") == calls


@given(st.text() | st.text("[]{}()<>f=\"',:.-*1 \\n").map(lambda text: text.replace("<", "<tool_call>")))
@example("[{}]")
@example("(yield)")
def test_any_text_is_calls_or_unreadable(text: str) -> None:
    def plain(value: Any) -> bool:
        if isinstance(value, list | tuple):
            return all(plain(item) for item in value)
        if isinstance(value, dict):
            return all(isinstance(key, str) and plain(item) for key, item in value.items())
        return value is None or isinstance(value, str | int | float)

    try:
        calls = read(text)
    except Unreadable:
        return
    assert calls
    assert all(isinstance(call.name, str) and plain(call.arguments) for call in calls)
