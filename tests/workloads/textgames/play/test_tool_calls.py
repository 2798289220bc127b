"""Calls of functions as text."""

import pytest

from workloads.textgames.play.tool_calls import as_text


def message(content: str | None, *calls: tuple[str, str]) -> "object":
    from openai.types.chat import ChatCompletionMessage

    listed = [
        {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for number, (name, arguments) in enumerate(calls)
    ]
    return ChatCompletionMessage.model_validate(
        {"role": "assistant", "content": content, "tool_calls": listed or None}
    )


@pytest.mark.parametrize(
    ("content", "calls", "expected"),
    [
        ("hello", [], "hello"),
        (None, [], ""),
        (None, [("f", '{"a": 1}')], '<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>'),
        (None, [("f", "")], '<tool_call>\n{"name": "f", "arguments": {}}\n</tool_call>'),
        (None, [("f", "{broken")], '<tool_call>\n{"name": "f", "arguments": "{broken"}\n</tool_call>'),
        (
            "both:",
            [("f", "{}"), ("g", "{}")],
            'both:\n<tool_call>\n{"name": "f", "arguments": {}}\n</tool_call>\n'
            '<tool_call>\n{"name": "g", "arguments": {}}\n</tool_call>',
        ),
    ],
)
def test_calls_are_written_as_a_model_writes_them(
    content: str | None, calls: list[tuple[str, str]], expected: str
) -> None:
    assert as_text(message(content, *calls)) == expected  # type: ignore[arg-type]
