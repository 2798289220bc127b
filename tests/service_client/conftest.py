"""A service on this machine, and clients of it that wait for nothing."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from runner.service_client import Retries, ServiceClient
from tests.standins.service.desk import PASSWORDS
from tests.standins.service.server import StandIn

QUICK = Retries(first=0.01, longest=0.05, patience=2.0)


@pytest.fixture(scope="module")
def standing() -> Iterator[StandIn]:
    with StandIn() as service:
        yield service


@pytest.fixture
def service(standing: StandIn) -> StandIn:
    standing.clear()
    return standing


@pytest.fixture
def connect() -> Iterator[Callable[..., ServiceClient]]:
    """Makes clients with the team's password, and closes them."""
    made: list[ServiceClient] = []

    def connect(url: str, password: str = PASSWORDS["team"], **options: Any) -> ServiceClient:
        made.append(ServiceClient(url, password, **{"retries": QUICK, "timeout": 5.0, **options}))
        return made[-1]

    yield connect
    for client in made:
        client.close()


@pytest.fixture
def client(service: StandIn, connect: Callable[..., ServiceClient]) -> ServiceClient:
    return connect(service.url)
