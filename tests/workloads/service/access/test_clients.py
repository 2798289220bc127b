"""Who counts as one client."""

import pytest

from workloads.service.access.clients import client_key, client_of


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7 ", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("203.0.113.7:443", "unknown"),
        ("somebody", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_an_address_or_the_network_of_a_subscriber(address: str | None, key: str) -> None:
    assert client_key(address) == key


def test_what_a_client_says_of_itself_does_not_count() -> None:
    headers = [(b"x-forwarded-for", b"192.0.2.1")]
    assert client_of({"client": ("10.0.0.1", 5), "headers": headers}) == "10.0.0.1"
    assert client_of({"client": None, "headers": headers}) == "unknown"
