"""What was asked, when and by whom."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Request:
    """One request."""

    operation: str
    """The name of a GraphQL operation, or `file_stream`, `put_file`, `get_file`, or the path."""
    variables: Mapping[str, Any] = field(default_factory=dict)
    """Those of GraphQL; the body of a file stream."""
    user: str = ""
    """Whose key came with it."""
    at: float = field(default_factory=time.time)
    """Seconds since the epoch."""
    status: int | None = None
    """What was answered; None while it waits, 0 where the connection was dropped."""


class Recording:
    """Every request since the start or the last reset, and those that were not understood."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.unknown: list[str] = []
        self._lock = threading.Lock()

    def note(self, request: Request) -> None:
        """Write a request down, before it has any effect."""
        with self._lock:
            self.requests.append(request)

    def counts(self) -> Counter[str]:
        """How often each operation was asked for."""
        with self._lock:
            return Counter(request.operation for request in self.requests)

    def of(self, operation: str) -> list[Request]:
        """All requests for an operation."""
        with self._lock:
            return [request for request in self.requests if request.operation == operation]

    def reset(self) -> None:
        """Forget the requests."""
        with self._lock:
            self.requests.clear()
