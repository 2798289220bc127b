"""Source text of Java and JavaScript comes from replies: no text is an error, and none takes long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.textgames.envs.bfcl import java, javascript

JAVA = ("Array", "ArrayList", "HashMap", "long", "float", "double", "integer", "boolean", "String")
JAVASCRIPT = ("array", "dict", "Bigint", "float", "integer", "Boolean", "String")
PIECES = st.lists(
    st.sampled_from(
        [
            *("new ", "ArrayList<>", "(Arrays.asList(", "))", "()", "{{", "}}", "add(1);", 'put("a", 2)'),
            *(
                "HashMap<a>",
                "int[]",
                "Array(",
                "[",
                "]",
                "{",
                "}",
                ":",
                ",",
                '"',
                "'",
                "1",
                "2L",
                "x",
                "\n",
                " ",
            ),
        ]
    ),
    max_size=12,
).map("".join)


@given(PIECES | st.text(), st.sampled_from([None, "String", "integer", "any"]))
def test_any_text_is_a_value(text: str, inner: str | None) -> None:
    for name in JAVA:
        assert isinstance(java.value_of(text, name, inner), str | int | float | list | dict)
    for name in JAVASCRIPT:
        assert isinstance(javascript.value_of(text, name, inner), str | int | float | list | dict)


@pytest.mark.parametrize(
    "text",
    [
        "[[" + "],[" * 5_000,
        "[" + "[1]," * 5_000,
        "new Array(" * 2_000,
        "{" + " " * 20_000,
        "{" + "a:," * 9_000,
        "{" + ",a" * 9_000 + "}",
        "new HashMap<>() {{" + " " * 20_000,
        "new HashMap<" * 2_000,
        "new ArrayList<>() {{" + " " * 20_000,
        "new ArrayList<>(Arrays.asList(" * 700,
        "new " * 5_000 + "{",
    ],
)
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    for cut in (text, text[:4_096]):
        for name in ("Array", "ArrayList", "HashMap"):
            java.value_of(cut, name, "String")
        for name in ("array", "dict"):
            javascript.value_of(cut, name, "String")
    assert time.process_time() - began < 5
