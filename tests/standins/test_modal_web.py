"""Web functions on the Modal stand-in, through the real SDK: requests, answers, containers, versions."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import httpx
import modal
import pytest

from tests.standins.conftest import app_of
from tests.standins.modal.client import Plane
from tests.standins.modal.eventually import eventually

Serve = Callable[..., httpx.Client]


@pytest.fixture
def serve(plane: Plane, request: pytest.FixtureRequest) -> Iterator[Serve]:
    """Deploys a web function in an app of the test's own, and makes a client of its address."""
    import standin_web

    clients: list[httpx.Client] = []

    def make(implementation: str = "serve", *, at_once: int = 8, **options: Any) -> httpx.Client:
        app_name = app_of(request, "run")
        app = modal.App(app_name, include_source=False)
        image = modal.Image.debian_slim().add_local_python_source("standin_web")
        decorated = modal.concurrent(max_inputs=at_once)(
            modal.asgi_app()(getattr(standin_web, implementation))
        )
        options = {"name": "serve", "timeout": 60, "restrict_modal_access": True, "image": image} | options
        app.function(**options)(decorated)
        app.deploy(tag=implementation)
        url = modal.Function.from_name(app_name, "serve").get_web_url()
        assert url is not None
        clients.append(httpx.Client(base_url=url, timeout=30, trust_env=False))
        return clients[-1]

    yield make
    plane.options(web_seconds=150.0)
    for client in clients:
        client.close()


def of_modal(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "modal", *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout


def test_a_request_reaches_the_application_and_its_answer_comes_back(serve: Serve) -> None:
    client = serve()
    told = client.get("/echo", params={"a": "b c"}).json()
    assert (told["method"], told["path"], told["query"]) == ("GET", "/echo", "a=b+c")
    told = client.post("/echo", content=b"\x00\xff" * 1_500_000).json()
    assert (told["method"], told["length"], told["body"][:2]) == ("POST", 3_000_000, "\x00\xff")
    whole = client.get("/whole")
    assert whole.content == bytes(range(256))
    assert whole.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert client.get("/none").status_code == 404


def test_a_head_request_has_the_headers_and_no_body(serve: Serve) -> None:
    answer = serve().head("/whole")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "256"


def test_a_redirect_leads_to_the_application_again(serve: Serve) -> None:
    answer = serve().post("/redirect", content=b"kept", follow_redirects=True)
    assert (answer.json()["query"], answer.json()["body"]) == ("from=redirect", "kept")


def test_who_asks_is_known_and_cannot_be_made_up(serve: Serve) -> None:
    told = serve().get("/echo", headers={"X-Forwarded-For": "1.2.3.4"}).json()
    assert told["client"] == "127.0.0.1"
    assert [text for name, text in told["headers"] if name == "x-forwarded-for"] == ["127.0.0.1"]


def test_lines_come_as_they_are_said(serve: Serve) -> None:
    client, times = serve(), []
    with client.stream("GET", "/lines") as answer:
        for line in answer.iter_lines():
            times.append((time.monotonic(), line))
    assert [line for _, line in times] == ["0", "1", "2", "end"]
    assert all(later[0] - earlier[0] > 0.2 for earlier, later in pairwise(times))


def test_a_body_goes_in_as_it_comes(serve: Serve) -> None:
    def body() -> Iterator[bytes]:
        for _ in range(3):
            yield b"part"
            time.sleep(0.3)

    told = serve().post("/echo", content=body()).json()
    assert (told["length"], told["parts"]) == (12, 3)


def test_a_body_that_begins_late_is_waited_for(serve: Serve) -> None:
    def body() -> Iterator[bytes]:
        time.sleep(6)  # the SDK waits five seconds for the first word of a request
        yield b"late"

    assert serve().post("/echo", content=body()).json()["body"] == "late"


def test_the_application_hears_that_its_client_is_gone(serve: Serve, request: pytest.FixtureRequest) -> None:
    client = serve()
    with client.stream("GET", "/gone") as answer:
        assert next(answer.iter_lines()) == "begun"
    logs = modal.App.lookup(app_of(request, "run")).logs
    eventually(lambda: any("the client is gone" in line.message for line in logs.tail(20)))


def test_an_error_of_the_application_is_a_500(serve: Serve) -> None:
    client = serve()
    assert client.get("/fail").status_code == 500
    assert client.get("/echo").status_code == 200


def test_a_crash_fails_its_request_and_the_next_one_gets_another_container(serve: Serve) -> None:
    client = serve()
    before = client.get("/work").json()[0]
    assert client.get("/crash").status_code == 500
    assert client.get("/work").json()[0] != before


def test_an_answer_that_breaks_off_is_cut(serve: Serve) -> None:
    with pytest.raises(httpx.RemoteProtocolError), serve().stream("GET", "/break") as answer:
        assert list(answer.iter_lines()) == ["begun"]


def test_a_request_that_takes_too_long_is_ended(serve: Serve) -> None:
    client = serve(timeout=2)
    assert client.get("/work?30").status_code == 504
    assert client.get("/work").status_code == 200


def test_an_application_that_cannot_be_made_answers_with_an_error(serve: Serve) -> None:
    assert serve("broken").get("/echo").status_code == 500


def test_a_late_answer_is_to_be_had_at_another_address(serve: Serve, plane: Plane) -> None:
    client = serve()
    client.get("/work")
    plane.options(web_seconds=0.5)
    told = client.post("/work?1.2", content=b"x")
    assert told.status_code == 303
    assert "__modal_function_call_id=fc-" in told.headers["location"]
    answer = client.post("/work?1.2", content=b"x", follow_redirects=True)
    assert answer.status_code == 200
    assert len(answer.history) == 2
    assert {one.request.method for one in answer.history[1:]} == {"GET"}


def test_one_container_takes_as_many_requests_as_it_may(serve: Serve, plane: Plane) -> None:
    client = serve(at_once=2, max_containers=1)
    client.get("/work")
    begun = time.monotonic()
    with ThreadPoolExecutor(4) as threads:
        told = [answer.json() for answer in threads.map(client.get, ["/work?1"] * 4)]
    assert {container for container, _ in told} == {told[0][0]}
    assert max(at_once for _, at_once in told) == 2
    assert time.monotonic() - begun > 1.9


def test_more_requests_than_a_container_takes_get_another(serve: Serve) -> None:
    client = serve(at_once=1, max_containers=2)
    with ThreadPoolExecutor(2) as threads:
        told = [answer.json()[0] for answer in threads.map(client.get, ["/work?2"] * 2)]
    assert told[0] != told[1]


def test_the_least_containers_are_kept_and_the_rest_leave_in_their_time(serve: Serve, plane: Plane) -> None:
    serve(min_containers=1, scaledown_window=2)
    (kept,) = eventually(plane.containers)
    time.sleep(3)
    assert [container["id"] for container in plane.containers()] == [kept["id"]]
    plane.kill("serve")
    assert eventually(plane.containers)[0]["id"] != kept["id"]


def test_a_container_without_work_leaves_after_its_window(serve: Serve, plane: Plane) -> None:
    client = serve(scaledown_window=2)
    client.get("/work")
    time.sleep(1)
    assert len(plane.containers()) == 1
    assert eventually(lambda: plane.containers() == [])


def test_a_new_version_takes_over_while_the_old_one_ends_what_it_has(serve: Serve, plane: Plane) -> None:
    client = serve()
    old = client.get("/work").json()[0]
    answers: list[httpx.Response] = []
    slow = threading.Thread(target=lambda: answers.append(client.get("/work?4")))
    slow.start()
    time.sleep(0.5)
    again = serve("serve_again")
    assert again.base_url == client.base_url
    assert again.get("/new").text == "new"
    assert not answers
    slow.join()
    assert answers[0].json()[0] == old
    assert eventually(lambda: old not in {container["id"] for container in plane.containers()})


def test_nothing_answers_for_a_stopped_app_until_it_is_deployed_again(serve: Serve, plane: Plane) -> None:
    client = serve()
    assert client.get("/work").status_code == 200
    plane.stop()
    assert client.get("/work").status_code == 404
    again = serve()
    assert again.base_url == client.base_url
    assert client.get("/work").status_code == 200


def test_every_deployment_is_kept_and_can_be_brought_back(
    serve: Serve, plane: Plane, request: pytest.FixtureRequest
) -> None:
    client, name = serve(), app_of(request, "run")
    serve("serve_again")
    assert client.get("/new").text == "new"
    history = json.loads(of_modal("app", "history", name, "--json"))
    assert [(one["version"], one["tag"]) for one in history] == [("v2", "serve_again"), ("v1", "serve")]
    assert {one["deployed_by"] for one in history} == {"standin"}
    of_modal("app", "rollback", name)
    assert client.get("/new").status_code == 404
    history = json.loads(of_modal("app", "history", name, "--json"))
    assert [one["version"] for one in history] == ["v3", "v2", "v1"]


def test_a_web_function_is_only_to_be_reached_over_the_web(
    serve: Serve, request: pytest.FixtureRequest
) -> None:
    serve()
    with pytest.raises(modal.exception.InvalidError, match="web"):
        modal.Function.from_name(app_of(request, "run"), "serve").spawn()
