"""A request, and what its path says of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from tests.standins.github.answers import HttpRequest
from tests.standins.hub.state import Kind

NAME = r"(?P<name>[\w.-]+/[\w.-]+?)"
REVISION = r"(?P<revision>[^/]+)"


@dataclass(frozen=True)
class Question:
    """A request, and what its path says."""

    request: HttpRequest
    parts: dict[str, str]
    user: str
    """Who asks; empty for somebody."""

    @property
    def kind(self) -> Kind:
        """What kind of repository it is about."""
        return "dataset" if (self.parts.get("kind") or "").startswith("dataset") else "model"

    @property
    def revision(self) -> str:
        """Which revision it is about."""
        return unquote(self.parts.get("revision") or "main")

    @property
    def body(self) -> Any:
        """The JSON that came with it, or the fields of a form."""
        if self.request.header("Content-Type").startswith("application/x-www-form-urlencoded"):
            return parse_qs(self.request.body.decode())
        return json.loads(self.request.body or b"{}")

    def asks(self, name: str) -> bool:
        """Whether the query asks for something."""
        return parse_qs(self.request.query).get(name, [""])[0].lower() in ("1", "true")
