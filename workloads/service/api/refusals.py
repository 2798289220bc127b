"""Every way in which a request is refused, for the OpenAPI document; and errors as refusals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from workloads.service.api.answers import Refusal
from workloads.service.errors import ApiError, FieldError

_MEANINGS: Final = {
    400: "The request is not HTTP, or its body is not JSON.",
    401: "The password is missing or wrong.",
    403: "This password is for inference only.",
    404: "There is nothing here.",
    405: "Another method is needed.",
    408: "The body came too slowly.",
    409: "It cannot be done as things stand.",
    413: "The body is too large.",
    415: "The body must be application/json.",
    422: "A field is wrong; `fields` says which.",
    429: "Too many wrong passwords; wait as Retry-After says.",
    500: "A mistake of the service, which is in its log under the id that is told.",
    503: "Busy, or the model is being loaded; come back as Retry-After says.",
    504: "The request took too long.",
}
_HEADERS: Final = {
    401: ("WWW-Authenticate", "string", "How to say the password."),
    429: ("Retry-After", "integer", "Seconds to wait."),
    503: ("Retry-After", "integer", "Seconds to wait."),
}
_SHOWN: Final = 80
_MOST: Final = 20


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The responses of a route, for OpenAPI."""
    return {status: _response(status) for status in statuses}


def _response(status: int) -> dict[str, Any]:
    documented: dict[str, Any] = {"model": Refusal, "description": _MEANINGS[status]}
    if status in _HEADERS:
        name, kind, meaning = _HEADERS[status]
        documented["headers"] = {name: {"schema": {"type": kind}, "description": meaning}}
    return documented


async def answer(request: Request, error: Exception) -> Response:
    """The response to an error that a route raises."""
    found = _as_refusal(error)
    headers = found.headers()
    if isinstance(error, HTTPException) and error.headers:
        headers |= {name.lower(): value for name, value in error.headers.items()}
    return Response(found.body(), found.status, headers)


def _as_refusal(error: Exception) -> ApiError:
    if isinstance(error, ApiError):
        return error
    if isinstance(error, RequestValidationError):
        return _invalid(error.errors())
    status = error.status_code if isinstance(error, HTTPException) else 500
    codes = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
    said = _MEANINGS.get(status, "the request cannot be answered")
    return ApiError(status, codes.get(status, "refused"), said[0].lower() + said[1:].rstrip("."))


def _invalid(errors: Sequence[Any]) -> ApiError:
    fields = tuple(FieldError(_place(error["loc"]), _plain(str(error["msg"]))) for error in errors[:_MOST])
    named = ", ".join(dict.fromkeys(field.field for field in fields))
    return ApiError(422, "invalid", f"the request has wrong fields: {named[:500]}", fields)


def _place(loc: Sequence[Any]) -> str:
    """A field's path, without where in the request it stands."""
    parts = [_plain(str(part))[:_SHOWN] for part in loc[1:]]
    return ".".join(parts) or str(loc[0])


def _plain(text: str) -> str:
    return text[:300].encode("utf-8", "replace").decode()
