"""How long, how many at once, and for whom else; through a real server."""

import json
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.workloads.service.access.conftest import Clock, Service, service
from tests.workloads.service.leaks import Recorder
from workloads.service.access.idle import Idle
from workloads.service.settings import Access, Limits

ORIGIN = "https://games.example"


@pytest.fixture(scope="module")
def narrow(recorded: Recorder) -> Iterator[Service]:
    """Two requests at a time, of a second each, and one origin; behind a proxy."""
    access, limits = Access(origins=[ORIGIN]), Limits(requests=2, request=1.0)
    with service(recorded, access, limits, proxy=True) as started:
        yield started


def slept(games: Service, seconds: float) -> httpx.Response:
    return games.post("/sleep", headers=games.everyone["ada"].bearer, json={"seconds": seconds})


def eventually(condition: object) -> None:
    deadline = time.monotonic() + 10
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_request_that_takes_too_long_is_ended(narrow: Service) -> None:
    narrow.ended.clear()
    answer = slept(narrow, 30)
    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "timeout")
    eventually(lambda: narrow.ended == ["sleep"])


def test_a_stream_that_takes_too_long_ends_with_the_error(narrow: Service) -> None:
    answer = narrow.post("/stream", headers=narrow.everyone["ada"].bearer, json={"lines": 100, "pause": 0.4})
    assert answer.status_code == 200
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines[:2] == [{"turn": 0}, {"turn": 1}]
    assert lines[-1]["error"]["code"] == "timeout"
    assert len(lines) < 6


def test_one_request_too_many_is_told_to_come_back_and_health_still_answers(narrow: Service) -> None:
    narrow.ended.clear()
    running = [threading.Thread(target=slept, args=(narrow, 0.8)) for _ in range(2)]
    slept(narrow, 0)
    for thread in running:
        thread.start()
    time.sleep(0.4)
    refused = slept(narrow, 0)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "busy")
    assert refused.headers["retry-after"] == "1"
    assert narrow.get("/health-check").status_code == 200
    for thread in running:
        thread.join()
    eventually(lambda: slept(narrow, 0).status_code == 200)


def test_who_goes_away_frees_the_place(recorded: Recorder) -> None:
    with service(recorded, limits=Limits(requests=1)) as games:
        with games.client("ada", timeout=0.5) as client, pytest.raises(httpx.ReadTimeout):
            client.post("/sleep", json={"seconds": 300})
        eventually(lambda: games.ended == ["sleep"])
        assert slept(games, 0).status_code == 200


def test_who_goes_away_from_a_stream_frees_the_place(recorded: Recorder) -> None:
    with service(recorded, limits=Limits(requests=1)) as games:
        with (
            games.client("ada") as client,
            client.stream("POST", "/stream", json={"lines": 1000, "pause": 0.05}) as answer,
        ):
            assert next(answer.iter_lines()) == '{"turn": 0}'
        eventually(lambda: slept(games, 0).status_code == 200)


def test_pages_of_the_origin_may_call_and_no_others(narrow: Service) -> None:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    with narrow.client() as client:
        allowed = client.options("/generate-rollout", headers={"origin": ORIGIN, **asked})
        other = client.options("/generate-rollout", headers={"origin": "https://evil.example", **asked})
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, ORIGIN)
    assert "Authorization" in allowed.headers["access-control-allow-headers"]
    assert other.status_code == 400
    assert "access-control-allow-origin" not in other.headers
    refused = narrow.post("/generate-rollout", json={}, headers={"origin": ORIGIN})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, ORIGIN)


def test_without_origins_no_page_may_call(recorded: Recorder) -> None:
    with service(recorded) as games, games.client() as client:
        headers = {"origin": ORIGIN, "access-control-request-method": "POST"}
        answer = client.options("/generate-rollout", headers=headers)
        assert answer.status_code == 401
        assert "access-control-allow-origin" not in client.get("/health-check", headers=headers).headers


def test_behind_a_proxy_browsers_are_told_to_keep_to_https(narrow: Service) -> None:
    assert narrow.get("/health-check").headers["strict-transport-security"] == "max-age=31536000"


def test_a_service_that_nobody_uses_ends(recorded: Recorder) -> None:
    stopped, clock = threading.Event(), Clock()
    with service(recorded, idle=Idle(0.05, stopped.set, clock)) as games:
        running = threading.Thread(target=slept, args=(games, 0.5))
        running.start()
        eventually(lambda: games.begun == ["sleep"])
        clock.now += 100
        running.join()
        assert games.ended == ["sleep"]
        games.get("/health-check")
        assert not stopped.wait(0.2)
        clock.now += 100
        assert stopped.wait(10)


def test_what_is_still_being_done_when_the_server_ends_is_told_so(recorded: Recorder) -> None:
    answers: list[httpx.Response] = []
    with service(recorded) as games:
        running = threading.Thread(target=lambda: answers.append(slept(games, 30)))
        running.start()
        eventually(lambda: games.begun == ["sleep"])
    running.join()
    assert (answers[0].status_code, answers[0].json()["error"]["code"]) == (503, "ending")
