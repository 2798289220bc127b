"""The address of a service, and what is sent along to be let in."""

from __future__ import annotations

from base64 import b64encode
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from runner.errors import InputError
from runner.wording import printable

_PORTS = {"http": 80, "https": 443}


def base_address(url: str) -> str:
    """A service's address without a slash at its end.

    Raises InputError for one to which no password may be sent.
    """
    try:
        parts = urlsplit(url.strip())
        origin(parts)
    except ValueError:
        raise _bad("it is no address") from None
    if "@" in parts.netloc:
        raise _bad("an address has no room for a password", "leave out what stands before the @")
    place = printable(url.strip())[:200]
    if parts.scheme not in _PORTS or not parts.hostname or parts.query or parts.fragment:
        raise _bad("it is no address of a service", "give one such as https://NAME.modal.run", place)
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        message = "a password goes to another machine only over https"
        raise _bad(message, "begin the address with https://", place)
    if not url.isascii() or not printable(url.strip()) == url.strip() or " " in url.strip():
        raise _bad("it is no address of a service", "write it in plain characters", place)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine whatever a name server says."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    """Scheme, host and port. Raises ValueError for a port that is none."""
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def authorization(password: str, name: str | None) -> bytes | None:
    """The header that lets a request in; None without a password.

    Raises InputError for a name or a password that no header can carry.
    """
    if not password:
        return None
    if name is not None:
        if not name or ":" in name or not name.isprintable():
            raise InputError("bad-name", "the name of a password is a word without a colon")
        return b"Basic " + b64encode(f"{name}:{password}".encode())
    if not password.isprintable() or password != password.strip():
        message = "the password begins or ends with a space, or holds a character that no header can carry"
        raise InputError("bad-password", message, fix="give its name as well, or make another password")
    return b"Bearer " + password.encode()


def _bad(message: str, fix: str = "give one such as https://NAME.modal.run", place: str = "") -> InputError:
    return InputError("bad-address", message, place=place, fix=fix)
