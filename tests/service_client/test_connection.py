"""What goes wrong on the way, and what is sent again."""

import socket
import threading
import time
from collections.abc import Callable

import pytest

from runner.service_client import (
    EvaluationRequest,
    Retries,
    RolloutRequest,
    ServiceClient,
    ServiceError,
    TrainingRequest,
)
from tests.standins.service.desk import Said, refused
from tests.standins.service.server import Fault, StandIn

Connect = Callable[..., ServiceClient]

BUSY = refused(503, "busy", "the service is busy", Retry_After="0")
SEED = RolloutRequest(seed=1)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.mark.parametrize("status", [429, 503])
def test_what_was_not_taken_on_is_sent_again(status: int, service: StandIn, client: ServiceClient) -> None:
    service.faults.extend([Fault(answer=refused(status, "busy", "busy"))] * 2)
    client.rollout(RolloutRequest())
    assert len(service.requests) == 3
    assert service.desk.effects == ["POST /generate-rollout"]


def test_retry_after_is_waited_for(service: StandIn, client: ServiceClient) -> None:
    service.faults.append(Fault(answer=refused(429, "slow-down", "too many", Retry_After="1")))
    began = time.monotonic()
    client.trainings()
    assert time.monotonic() - began >= 1


def test_no_longer_than_patience_is_waited(service: StandIn, client: ServiceClient) -> None:
    service.faults.append(Fault(answer=refused(429, "too-many-attempts", "too many", Retry_After="900")))
    with pytest.raises(ServiceError, match="too many") as caught:
        client.trainings()
    assert (caught.value.retry_after, caught.value.exit_code) == (900, 4)
    assert len(service.requests) == 1


def test_it_is_not_sent_again_for_ever(service: StandIn, connect: Connect) -> None:
    service.faults.extend([Fault(answer=BUSY)] * 9)
    with pytest.raises(ServiceError, match="busy"):
        connect(service.url, retries=Retries(times=3, first=0.0)).trainings()
    assert len(service.requests) == 4


def test_a_service_that_starts_a_little_later_is_reached(connect: Connect) -> None:
    port = free_port()
    later = threading.Event()

    def begin() -> None:
        later.wait(0.3)
        with StandIn(port):
            later.wait(5)

    thread = threading.Thread(target=begin)
    thread.start()
    client = connect(f"http://127.0.0.1:{port}", retries=Retries(times=20, first=0.1, longest=0.1))
    assert client.rollout(RolloutRequest()).summary.steps_taken == 2
    later.set()
    thread.join()


def test_a_service_that_is_not_there_is_one_sentence(connect: Connect) -> None:
    with pytest.raises(ServiceError, match="cannot be reached") as caught:
        connect(f"http://127.0.0.1:{free_port()}").health()
    assert (caught.value.status, caught.value.exit_code, caught.value.processed) == (0, 4, False)


@pytest.mark.parametrize("drop", ["before", "after", "midway"])
def test_a_look_is_repeated_where_the_connection_broke_off(
    drop: str, service: StandIn, client: ServiceClient
) -> None:
    service.faults.append(Fault(drop=drop))
    assert client.trainings() == ()
    assert len(service.requests) == 2


@pytest.mark.parametrize("drop", ["before", "after", "midway"])
def test_a_rollout_that_was_perhaps_played_is_not_played_again(
    drop: str, service: StandIn, client: ServiceClient
) -> None:
    service.faults.append(Fault(drop=drop))
    with pytest.raises(ServiceError, match="broke off") as caught:
        client.rollout(RolloutRequest())
    assert caught.value.processed
    assert len(service.requests) == 1


@pytest.mark.parametrize("ask", ["rollout", "evaluate"])
def test_with_a_seed_it_is_the_same_episode_and_played_again(
    ask: str, service: StandIn, client: ServiceClient
) -> None:
    service.faults.append(Fault(drop="after"))
    request = SEED if ask == "rollout" else EvaluationRequest(seed=1)
    getattr(client, ask)(request)
    assert len(service.desk.effects) == 2


@pytest.mark.parametrize("drop", ["before", "after", "midway"])
def test_a_training_is_started_once_however_often_its_answer_is_lost(
    drop: str, service: StandIn, client: ServiceClient
) -> None:
    service.faults.extend([Fault(drop=drop)] * 2)
    client.start_training(TrainingRequest())
    client.start_training(TrainingRequest())
    assert len(service.desk.trainings) == 2
    keys = [asked.headers["idempotency-key"] for asked in service.requests]
    assert keys[0] == keys[1] == keys[2] != keys[3]


def test_the_same_key_is_the_same_training(client: ServiceClient) -> None:
    runs = {client.start_training(TrainingRequest(), key="nightly").run for _ in range(2)}
    assert len(runs) == 1


@pytest.mark.parametrize(("status", "again"), [(500, False), (502, True), (504, False)])
def test_of_its_own_failures_only_one_on_the_way_is_repeated(
    status: int, again: bool, service: StandIn, client: ServiceClient
) -> None:
    service.faults.append(Fault(answer=refused(status, "failed", "it failed")))
    if again:
        client.rollout(SEED)
    else:
        with pytest.raises(ServiceError, match="it failed"):
            client.rollout(SEED)
    assert len(service.requests) == 1 + again


def test_a_long_answer_is_fetched_where_modal_says(service: StandIn, client: ServiceClient) -> None:
    here = service.url + "/training-status?__modal_function_call_id=fc-1"
    service.faults.append(Fault(answer=Said(status=303, headers={"Location": here})))
    service.faults.append(Fault(answer=Said(status=303, headers={"Location": "/training-status?again"})))
    service.faults.append(Fault(drop="before"))
    assert client._connection.ask(client._connection.question("POST", "/generate-rollout", {}))
    methods = [(asked.method, asked.path) for asked in service.requests]
    assert methods == [
        ("POST", "/generate-rollout"),
        ("GET", "/training-status?__modal_function_call_id=fc-1"),
        ("GET", "/training-status?again"),
        ("GET", "/training-status?again"),
    ]
    assert all("authorization" in asked.headers for asked in service.requests)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_password_goes_to_no_other_host(status: int, service: StandIn, client: ServiceClient) -> None:
    with StandIn() as other:
        service.faults.append(Fault(answer=Said(status=status, headers={"Location": other.url + "/x"})))
        with pytest.raises(ServiceError, match="no password is sent") as caught:
            client.rollout(SEED)
        assert other.requests == []
    assert caught.value.code == "service-redirect"


@pytest.mark.parametrize("location", ["http://[", "http://127.0.0.1:99999999/", "//example.org/", ""])
def test_a_place_that_is_none_is_not_looked_for(location: str, service: StandIn, connect: Connect) -> None:
    service.faults.extend([Fault(answer=Said(status=303, headers={"Location": location}))] * 2)
    with pytest.raises(ServiceError):
        connect(service.url).cancel("nothing")


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>Sign in</html>", b"\xff\xfe", b"[1, 2]", b'{"status": 7}', b"[" * 5000, b'"\x1b[2J"'],
)
@pytest.mark.parametrize("status", [200, 404, 500])
def test_an_answer_that_is_none_is_one_sentence(
    body: bytes, status: int, service: StandIn, client: ServiceClient
) -> None:
    service.faults.append(Fault(answer=Said(status=status, body=body)))
    with pytest.raises(ServiceError) as caught:
        client.health()
    error = caught.value
    assert error.code == "service-answer"
    assert str(error).isprintable()
    assert str(error).startswith(f"{service.url}: it answered with ")
    assert error.fix


def test_an_endless_answer_is_not_read_to_its_end(service: StandIn, client: ServiceClient) -> None:
    service.faults.append(Fault(answer=Said(lines=[b" " * (1 << 20)] * 70)))
    with pytest.raises(ServiceError, match="longer than 64 MiB"):
        client.health()


def test_a_line_without_an_end_is_not_read_to_its_end(service: StandIn, client: ServiceClient) -> None:
    service.faults.append(Fault(answer=Said(lines=[b"x" * (1 << 20)] * 9)))
    with pytest.raises(ServiceError, match="a line of over 4 MiB"):
        list(client.stream_rollout(RolloutRequest()))


def test_a_slow_answer_is_given_up_and_not_asked_for_again(service: StandIn, connect: Connect) -> None:
    service.faults.append(Fault(wait=1.0))
    with pytest.raises(ServiceError, match=r"no answer within 0\.2 seconds"):
        connect(service.url, timeout=0.2).trainings()
    assert len(service.requests) == 1


def test_a_service_that_dribbles_is_given_up(service: StandIn, connect: Connect) -> None:
    class Slowly(list[bytes]):
        def __iter__(self):  # type: ignore[no-untyped-def]
            for part in list.__iter__(self):
                time.sleep(0.1)
                yield part

    service.faults.append(Fault(answer=Said(lines=Slowly([b" "] * 50))))
    with pytest.raises(ServiceError, match="no answer within"):
        connect(service.url, timeout=0.5).trainings()


def test_a_place_that_leads_back_to_itself_is_left(service: StandIn, client: ServiceClient) -> None:
    service.faults.extend([Fault(answer=Said(status=303, headers={"Location": "/x"}))] * 700)
    with pytest.raises(ServiceError):
        client.trainings()
    assert len(service.requests) == 601
