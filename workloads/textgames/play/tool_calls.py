"""Calls of functions as the text that a model writes them in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessage


def as_text(message: ChatCompletionMessage) -> str:
    """A reply with the calls that an endpoint has parsed out of it put back, each in `<tool_call>` tags.

    Arguments that are not JSON stay the string that they are.
    """
    calls = [
        _call(call.function.name, call.function.arguments)
        for call in message.tool_calls or []
        if call.type == "function"
    ]
    return "\n".join([*([message.content] if message.content else []), *calls])


def _call(name: str, arguments: str) -> str:
    read: Any
    try:
        read = json.loads(arguments) if arguments else {}
    except ValueError:
        read = arguments
    return f"<tool_call>\n{json.dumps({'name': name, 'arguments': read}, ensure_ascii=False)}\n</tool_call>"
