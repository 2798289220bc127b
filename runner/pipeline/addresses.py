"""Where a service of this machine listens."""

from __future__ import annotations

import contextlib
import errno
import http.client
import socket
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from msgspec import Struct

from runner.errors import InputError
from runner.wording import printable

PORT: Final = 8000
ANSWER_SECONDS: Final = 1.0


class Address(Struct, frozen=True):
    """A host, by name or number, and a port; port 0 is any that is free."""

    host: str = "127.0.0.1"
    port: int = PORT

    @property
    def url(self) -> str:
        """Where a client on this machine finds it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def taken(address: Address) -> Address:
    """The address, with a port that is free. Raises InputError where it cannot be listened at."""
    shown = printable(address.host)[:100]
    try:
        found = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, kind, protocol, _, place = found[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(place)
            return Address(address.host, int(listener.getsockname()[1]))
    except (socket.gaierror, UnicodeError):
        raise _unusable(f"there is no address {shown} on this machine", "--host 127.0.0.1") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"something else listens at port {address.port} already"
            raise _unusable(message, "end it, or add --port 0 for one that is free") from None
        if error.errno == errno.EACCES:
            message = f"port {address.port} is for the system's administrator"
            raise _unusable(message, "add --port with a number from 1024") from None
        raise _unusable(f"nothing can listen at {shown}: {error.strerror}", "--host 127.0.0.1") from None


def answers(url: str) -> bool:
    """Whether a request gets any answer at all, within a second."""
    try:
        with contextlib.closing(build_opener(ProxyHandler({})).open(url, timeout=ANSWER_SECONDS)):
            return True
    except HTTPError as error:
        error.close()
        return True
    except (URLError, OSError, http.client.HTTPException):
        return False


def _unusable(message: str, fix: str) -> InputError:
    return InputError("address-unusable", message, fix=fix)
