"""A loopback W&B that goes wrong as told, seen by the real client."""

import socket
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.standins.wandb.client import run_python
from tests.standins.wandb.server import WandbServer

SWEEP = """
import json, wandb
try:
    told = wandb.sweep({"method": "grid", "name": "study", "parameters": {"x": {"values": [1]}}}, project="p")
except Exception as error:
    told = str(error)
print(json.dumps(told))
"""
QUESTIONS = """
import json, wandb
api = wandb.Api()
def ask(query, **variables):
    try:
        return api._service_api.execute_graphql(query, variables)
    except Exception as error:
        return str(error)
print(json.dumps([
    ask("query Known { viewer { name: username ... on User { id @skip(if: true) admin } } }"),
    ask("query Unknown { viewer { shoeSize } }"),
    ask("mutation Unknown2 { upsertSweep(input: {colour: 1}) { sweep { id } } }"),
    ask("query Unknown3($name: String!) { project(name: $name) { id } }"),
]))
"""


def make_sweep(server: WandbServer, folder: Path) -> Any:
    return run_python(server, folder, SWEEP)


def test_a_sweep_whose_answer_is_lost_is_there(wandb_server: WandbServer, tmp_path: Path) -> None:
    wandb_server.fail("UpsertSweep", 400, moment="after", times=None, message="lost")
    assert make_sweep(wandb_server, tmp_path) == "lost"
    assert len(wandb_server.sweeps) == 5, "the client tries five forms of the mutation, whatever the error"


def test_the_client_repeats_a_request_whose_connection_was_dropped(
    wandb_server: WandbServer, tmp_path: Path
) -> None:
    wandb_server.drop("UpsertSweep")
    made = make_sweep(wandb_server, tmp_path)
    assert [sweep.name for sweep in wandb_server.sweeps][1:] == [made], "W&B would have two as well"
    assert [request.status for request in wandb_server.requests_of("UpsertSweep")] == [0, 200]


@pytest.mark.parametrize("status", [429, 500])
def test_an_error_before_the_effect_is_got_over(
    wandb_server: WandbServer, tmp_path: Path, status: int
) -> None:
    wandb_server.fail("UpsertSweep", status, retry_after=1 if status == 429 else None)
    made = make_sweep(wandb_server, tmp_path)
    assert [sweep.name for sweep in wandb_server.sweeps] == [made]
    first, second = wandb_server.requests_of("UpsertSweep")
    assert (first.status, second.status) == (status, 200)
    assert second.at - first.at >= 0.9 or status == 500


def test_what_hangs_goes_on_when_it_is_told_to(wandb_server: WandbServer, tmp_path: Path) -> None:
    wandb_server.hang("UpsertSweep", times=1)
    released = threading.Timer(3, wandb_server.clear_faults)
    released.start()
    begun = time.monotonic()
    made = make_sweep(wandb_server, tmp_path)
    assert time.monotonic() - begun > 3
    assert [sweep.name for sweep in wandb_server.sweeps] == [made]
    released.join()


def test_it_refuses_connections_and_takes_them_again_at_the_same_address(
    wandb_server: WandbServer, tmp_path: Path
) -> None:
    url = wandb_server.url
    # Asked by a bare socket: the client has patience for a minute and more.
    address = urlsplit(url).hostname, urlsplit(url).port
    with wandb_server.refusing(), pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
    assert wandb_server.requests == []
    assert wandb_server.url == url
    assert make_sweep(wandb_server, tmp_path) == wandb_server.sweeps[0].name


def test_a_question_that_is_not_known_is_refused_and_written_down(tmp_path: Path) -> None:
    with WandbServer() as server:
        told = run_python(server, tmp_path, QUESTIONS)
    assert told[0] == {"viewer": {"name": "me", "admin": False}}
    assert 'Cannot query field "shoeSize" on type "User"' in told[1]
    assert "colour" in told[2]
    assert "$name" in told[3]
    assert [text.split(":")[0] for text in server.unknown] == ["Unknown", "Unknown2", "Unknown3"]
