"""Requests and answers over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


@dataclass(frozen=True)
class HttpRequest:
    """What came in."""

    method: str
    path: str
    """As it was sent, in quotes, without the query."""
    query: str
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """One header; empty where there is none."""
        return self.headers.get(name, "")


@dataclass
class HttpAnswer:
    """What goes out."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    operation: str = ""
    """What it answers, for the record."""


class Request(NamedTuple):
    """A request for the record."""

    method: str
    path: str
    operation: str
    """GitHub's name of the operation; `graphql/MUTATION`, `git/SERVICE` or `lfs/…` for the rest."""
    status: int
    """0 for a connection that was dropped."""


class Violation(NamedTuple):
    """A request or an answer that GitHub's description does not allow."""

    side: str
    """request, response, or server for a mistake of the stand-in."""
    operation: str
    problems: tuple[str, ...]


def json_answer(status: int, value: Any, headers: Mapping[str, str] | None = None) -> HttpAnswer:
    """An answer in JSON; None is no content."""
    body = b"" if value is None else json.dumps(value).encode()
    kind = {} if value is None else {"Content-Type": "application/json; charset=utf-8"}
    return HttpAnswer(status, body, {**kind, **(headers or {})})
