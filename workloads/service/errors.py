"""The one form in which the service refuses: a status, a code for programs, and one sentence."""

from __future__ import annotations

import math

import msgspec


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field of a request; `field` is its path, as `sampling_params.top_p`."""

    field: str
    message: str


class _Detail(msgspec.Struct, omit_defaults=True):
    code: str
    message: str
    fields: tuple[FieldError, ...] = ()


class ApiError(Exception):
    """A refusal that the caller is meant to read; raise it anywhere while a request is answered.

    `code` is a stable name for programs, `message` one sentence, `fields` what is wrong with which field
    (with 422), and `retry_after` the seconds after which the same request may be sent again.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        fields: tuple[FieldError, ...] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields
        self.retry_after = retry_after

    def body(self) -> bytes:
        """`{"error": {"code", "message", "fields"}}`; `fields` only where there are some."""
        return msgspec.json.encode({"error": _Detail(self.code, self.message, self.fields)})

    def headers(self) -> dict[str, str]:
        """What goes with the body: its type, and what a client needs to know to go on."""
        headers = {"content-type": "application/json"}
        if self.retry_after is not None:
            headers["retry-after"] = str(max(1, math.ceil(self.retry_after)))
        if self.status == 401:
            headers["www-authenticate"] = 'Bearer realm="service"'
        if self.code in ("slow_body", "bad_length"):  # where the next request begins is not known
            headers["connection"] = "close"
        return headers
