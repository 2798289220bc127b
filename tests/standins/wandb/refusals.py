"""Errors as W&B tells them."""

from __future__ import annotations

from typing import Any

PERMISSION = "PERMISSION_ERROR"


class Refusal(Exception):
    """A request that is understood and not granted."""

    def __init__(self, status: int, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def body(self, field: str) -> dict[str, Any]:
        """The answer to the GraphQL field that was refused."""
        error: dict[str, Any] = {"message": str(self), "path": [field]}
        if self.code:
            error["extensions"] = {"code": self.code}
        return {"errors": [error], "data": {field: None}}


class Unanswerable(Exception):
    """A request that the stand-in does not understand; W&B may."""


def not_found(what: str, operation: str) -> Refusal:
    """Something that is not there, or not for this person."""
    return Refusal(404, f"{what} not found during {operation}")


def denied() -> Refusal:
    """Something that this person may not do."""
    return Refusal(403, "permission denied", PERMISSION)
