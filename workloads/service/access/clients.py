"""Who counts as one client."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address, IPv6Address

from workloads.service.access.asgi import Scope


def client_of(scope: Scope) -> str:
    """The client of a request: who is connected, as the server says; a provider's server says who is outside.

    What a request's own headers say is never believed.
    """
    client = scope.get("client")
    return client_key(client[0] if client else None)


def client_key(address: str | None) -> str:
    """What counts as one client: an IPv4 address, or the /64 that one subscriber of IPv6 has.

    Whatever is no address is one client, together with all else that is none.
    """
    text = (address or "").strip().strip("[]").partition("%")[0]
    try:
        return str(IPv4Address(text))
    except AddressValueError:
        pass
    try:
        six = IPv6Address(text)
    except AddressValueError:
        return "unknown"
    if six.ipv4_mapped is not None:
        return str(six.ipv4_mapped)
    return str(IPv6Address(int(six) >> 64 << 64)) + "/64"
