"""Requests to a server on this machine: JSON there and back, past any proxy, each within its time."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, Final

_REASON: Final = 64 * 1024
"""Bytes of an error that are read."""


class CallError(Exception):
    """A request was refused or not answered: what was said. `status` is HTTP's, 0 where none came."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


def call(url: str, key: str, timeout: float, body: Mapping[str, Any] | None = None, method: str = "") -> Any:
    """The answer: JSON as it is, other text as a string, None for an empty one. Raises CallError."""
    request = urllib.request.Request(
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        method=method or ("GET" if body is None else "POST"),
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout) as answer:
            return _decoded(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            raise CallError(_reason(error.read(_REASON)) or error.reason, error.code) from None
    except (OSError, HTTPException) as error:
        raise CallError(str(getattr(error, "reason", error)) or type(error).__name__) from None


def _decoded(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return content.decode(errors="replace")


def _reason(content: bytes) -> str:
    """What an error says, in one line."""
    said = _decoded(content)
    if isinstance(said, dict):
        inner = said.get("error", said.get("detail", said))
        said = inner.get("message", inner) if isinstance(inner, dict) else inner
    return " ".join(str(said or "").split())[:500]
