"""What the errors of OpenAI's client mean, in one sentence with what to do."""

from __future__ import annotations

import re
from typing import Final

_TOO_LONG: Final = re.compile(
    r"context length|context_length_exceeded|context window|prompt is too long", re.I
)
_SAID: Final = 300


def is_too_long(error: Exception) -> bool:
    """Whether a conversation, with the reply that is asked for, is longer than the model can read."""
    from openai import BadRequestError

    return isinstance(error, BadRequestError) and bool(_TOO_LONG.search(f"{error.code} {error.message}"))


def sentence(error: Exception, url: str, model: str, timeout: float) -> str:
    """The cause, and what to do."""
    import openai

    said = _said(error)
    match error:
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return (
                f"{url} refuses the key ({said}); check the variable that endpoint.key names, and its value"
            )
        case openai.NotFoundError():
            return (
                f"{url} has no model {model} ({said}); check the model's name, and that the URL ends in /v1"
            )
        case openai.RateLimitError():
            return f"{url} is over its limit ({said}); play fewer episodes at a time, or try again later"
        case openai.InternalServerError():
            return f"{url} fails with status {error.status_code} ({said}); see its log, or try again later"
        case openai.APIStatusError():
            return f"{url} refuses the request with status {error.status_code} ({said}); change the settings"
        case openai.APITimeoutError():
            advice = "play fewer episodes at a time, or lower sampling.max_tokens"
            return f"{url} did not reply within {timeout:g} s; {advice}"
        case openai.APIConnectionError():
            return f"{url} cannot be reached ({said}); check the URL, and that it serves"
    return f"{url} answers, but not as an OpenAI-compatible endpoint ({said}); check the URL"


def _said(error: Exception) -> str:
    """What was said, in one line; of a broken connection, what broke it."""
    message: object = getattr(error, "message", "") or error
    text = " ".join(str(error.__cause__ or message).split())
    return text if len(text) <= _SAID else f"{text[:_SAID]}…"
