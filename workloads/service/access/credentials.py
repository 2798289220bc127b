"""Finds the password in a header of a request."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

from workloads.service.access.asgi import Scope, header
from workloads.service.access.door import unauthorized


@dataclass(frozen=True)
class Credentials:
    """What somebody says to get in: a password, and perhaps a name."""

    name: str | None = field(repr=False)
    password: str = field(repr=False)


def from_header(scope: Scope) -> Credentials | None:
    """From `Authorization: Bearer PASSWORD` or `Basic base64(NAME:PASSWORD)`; None without that header.

    Raises ApiError (401) where it says neither, or stands twice: a proxy may go by the other one.
    """
    if sum(name.lower() == b"authorization" for name, _ in scope["headers"]) > 1:
        raise unauthorized()
    value = header(scope, b"authorization")
    if value is None:
        return None
    scheme, _, rest = value.strip().partition(" ")
    rest = rest.strip()
    if scheme.lower() == "bearer" and rest:
        return Credentials(None, _text(rest.encode("latin-1")))
    if scheme.lower() == "basic":
        try:
            name, colon, password = _text(base64.b64decode(rest, validate=True)).partition(":")
        except (binascii.Error, ValueError):
            raise unauthorized() from None
        if colon and password:
            return Credentials(name or None, password)
    raise unauthorized()


def without_header(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The headers of a request without what is said to get in."""
    return [(name, value) for name, value in scope["headers"] if name.lower() != b"authorization"]


def _text(raw: bytes) -> str:
    """UTF-8, as the standard says; whatever is none is a wrong password, not an error."""
    return raw.decode("utf-8", "surrogateescape")
