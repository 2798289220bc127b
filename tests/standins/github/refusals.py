"""How GitHub says no."""

from __future__ import annotations

from typing import Any

LIMIT_PAGE = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api"
SECONDARY_LIMIT = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. For more on "
    "scraping GitHub and how it may affect your rights, please review our Terms of Service."
)


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(
        self,
        status: int,
        message: str,
        errors: list[Any] | None = None,
        headers: dict[str, str] | None = None,
        page: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = headers or {}
        self.page = page

    def body(self, page: str) -> dict[str, Any]:
        """The JSON of the answer."""
        told: dict[str, Any] = {"message": self.message, "documentation_url": self.page or page}
        if self.errors is not None:
            told["errors"] = self.errors
        return {**told, "status": str(self.status)}


def not_found(message: str = "Not Found") -> Refusal:
    """There is none, or none that the caller may see."""
    return Refusal(404, message)


def invalid(
    resource: str, message: str = "", field: str = "", code: str = "custom", value: Any = None
) -> Refusal:
    """A request that is well formed and cannot be met."""
    error: dict[str, Any] = {"resource": resource, "code": code}
    if field:
        error["field"] = field
    if message:
        error["message"] = message
    if value is not None:
        error["value"] = value
    return Refusal(422, "Validation Failed", [error])


def too_long(resource: str, field: str, most: int) -> Refusal:
    """A text over its limit."""
    return invalid(resource, f"{field} is too long (maximum is {most} characters)", field)


def no_permission(kind: str) -> Refusal:
    """A token without the permission that an operation needs."""
    whom = "personal access token" if kind == "user" else "integration"
    return Refusal(403, f"Resource not accessible by {whom}")


def check_length(resource: str, field: str, text: str | None, most: int = 65536) -> None:
    """Refuse a text over its limit."""
    if text and len(text) > most:
        raise too_long(resource, field, most)
