"""The loopback control plane that the tests of a module share."""

from collections.abc import Iterator

import pytest

from tests.conftest import client_of
from tests.standins.modal.client import Plane


@pytest.fixture(scope="module")
def plane(shared_plane: Plane) -> Iterator[Plane]:
    """A running plane. This process and what it starts are its clients; name things by the test."""
    with client_of(shared_plane):
        yield shared_plane
