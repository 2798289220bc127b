"""One service for each module, played by scripted players."""

from collections.abc import Iterator

import pytest

from tests.standins.openai.server import OpenAIServer
from tests.workloads.service.leaks import Recorder
from tests.workloads.service.playing import House, played_by


@pytest.fixture(scope="module")
def openai() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server
        assert server.unknown == []


@pytest.fixture(scope="module")
def service(
    openai: OpenAIServer, recorded: Recorder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    with played_by(openai, recorded, tmp_path_factory.mktemp("service"), limits={"episodes": 50}) as made:
        yield made
