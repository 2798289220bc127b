"""Reads the JSON of a request within bounds, and takes the password out of it."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

import msgspec

from workloads.service.errors import ApiError

_DEEPEST: Final = 32
_UNREADABLE: Final = "the body is not JSON that can be read"


class _Head(msgspec.Struct):
    password: Any = None


def parse(body: bytes) -> Any:
    """The document in a body, which can be written again as it was read.

    Raises ApiError (400) for what is not JSON, and for JSON that two readers may take differently: a key
    twice, numbers beyond all bounds, halves of characters, and nesting without end.
    """
    try:
        document = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_constant)
        written(document)
    except (ValueError, RecursionError):
        raise bad_json(_UNREADABLE) from None
    if _deeper(document, _DEEPEST):
        raise bad_json(f"the body is nested deeper than {_DEEPEST}")
    return document


def written(document: Any) -> bytes:
    """A document as the body of a request. Raises ValueError for what JSON cannot say."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8")


def password_in(body: bytes) -> str | None:
    """The field `password` of a body of which nothing else is read; None where it is not a text.

    It takes milliseconds, whatever a stranger sends. Raises ApiError (400) for what is not JSON.
    """
    try:
        password = msgspec.json.decode(body, type=_Head).password
    except msgspec.ValidationError:
        return None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise bad_json(_UNREADABLE) from None
    return password if isinstance(password, str) else None


def without_password(body: bytes) -> bytes:
    """A body as the application gets it; what is no text is no password, and left for it to refuse.

    Raises ApiError as `parse` does.
    """
    document = parse(body)
    if isinstance(document, dict) and isinstance(document.get("password", ""), str | None):
        document.pop("password", None)
    return written(document)


def bad_json(message: str) -> ApiError:
    """The body cannot be read."""
    return ApiError(400, "bad_json", message)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise bad_json("a key stands twice in an object of the body")
    return made


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _deeper(document: Any, levels: int) -> bool:
    """Whether something is nested in more than so many lists and objects; without recursion."""
    layer = [document]
    for _ in range(levels + 1):
        layer = [
            child
            for one in layer
            if isinstance(one, dict | list)
            for child in (one.values() if isinstance(one, dict) else one)
        ]
        if not layer:
            return False
    return True
