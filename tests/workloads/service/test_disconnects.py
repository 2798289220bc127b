"""Who goes away frees the place, and the rest of the episode is not played."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from msgspec import json

from tests.standins.openai.server import OpenAIServer
from tests.workloads.service.leaks import Recorder
from tests.workloads.service.playing import House, played_by

LIMITS = {"rollouts": 2, "waiting": 0.5, "request": 3}


@pytest.fixture(scope="module")
def openai() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture(scope="module")
def service(
    openai: OpenAIServer, recorded: Recorder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    with played_by(openai, recorded, tmp_path_factory.mktemp("service"), limits=LIMITS) as made:
        yield made


@pytest.fixture(autouse=True)
def hanging(openai: OpenAIServer, service: House) -> Iterator[None]:
    """The model does not reply; at the end all places are free."""
    openai.hang()
    yield
    openai.clear_faults()
    service.until(lambda health: health["rollouts_running"] == 0)


@contextmanager
def asked(service: House, openai: OpenAIServer, path: str, turns: int, **body: Any) -> Iterator[None]:
    """A request that waits, with so many turns at the model; at the end its connection is gone."""
    before = len(openai.chats())
    content = json.encode(body)
    head = f"POST {path} HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
    head += f"Authorization: {service.ann.bearer['authorization']}\r\nContent-Length: {len(content)}\r\n\r\n"
    address = urlsplit(service.url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(head.encode() + content)
        deadline = time.monotonic() + 20
        while len(openai.chats()) < before + turns:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield


def test_a_rollout_without_a_client_frees_its_place(service: House, openai: OpenAIServer) -> None:
    before = len(openai.chats())
    with asked(service, openai, "/generate-rollout", 1):
        assert service.health()["rollouts_running"] == 1
    service.until(lambda health: health["rollouts_running"] == 0)
    assert len(openai.chats()) == before + 1


def test_an_evaluation_without_a_client_frees_all_its_places(service: House, openai: OpenAIServer) -> None:
    before = len(openai.chats())
    with asked(service, openai, "/evaluate-policy", 2, eval_episodes=30):
        assert service.health()["rollouts_running"] == 2
    service.until(lambda health: health["rollouts_running"] == 0)
    assert len(openai.chats()) == before + 2


def test_a_stream_that_nobody_reads_any_more_frees_its_place(service: House, openai: OpenAIServer) -> None:
    openai.clear_faults()
    openai.hang(skip=1)
    with service.client() as client:
        body = {"env_type": "tic_tac_toe", "stream": True}
        with client.stream("POST", "/generate-rollout", json=body) as answer:
            lines = answer.iter_lines()
            assert "turn" in json.decode(next(lines))
            assert service.health()["rollouts_running"] == 1
    service.until(lambda health: health["rollouts_running"] == 0)


def test_who_finds_no_place_is_told_to_come_back(service: House, openai: OpenAIServer) -> None:
    with asked(service, openai, "/evaluate-policy", 2, eval_episodes=5):
        began = time.monotonic()
        answer = service.post("/generate-rollout")
    assert time.monotonic() - began >= LIMITS["waiting"]
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "busy"
    assert int(answer.headers["retry-after"]) >= 1


def test_a_rollout_has_its_turn_beside_a_long_evaluation(service: House, openai: OpenAIServer) -> None:
    """Its place is the next that becomes free, though hundreds of episodes wait for one."""
    openai.clear_faults()
    openai.delay(0.02)
    with asked(service, openai, "/evaluate-policy", 2, env_type="tic_tac_toe", eval_episodes=500):
        assert service.rollout(env_type="tic_tac_toe")["summary"]["steps_taken"] > 1
        assert service.health()["rollouts_running"] == 2


def test_a_request_that_takes_too_long_ends_and_frees_its_place(service: House) -> None:
    answer = service.post("/generate-rollout")
    assert answer.status_code == 504
    service.until(lambda health: health["rollouts_running"] == 0)
