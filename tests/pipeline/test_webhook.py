"""The webhook: what it is sent, and that its address stays secret whatever happens."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from runner.pipeline.webhook import VARIABLE, send

SECRET = "T000-B000-XXXX"


class Listener(ThreadingHTTPServer):
    """A webhook on loopback that answers as it is told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.told: list[tuple[str, str, object]] = []
        self.status = 200
        self.location = ""
        self.drip = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/services/{SECRET}"


class Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((self.path, self.headers["Content-Type"], json.loads(body)))
        if self.server.drip:
            while self.server.drip:  # each byte comes soon enough for a socket's own limit
                self.wfile.write(b"H")
                time.sleep(0.05)
            return
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Listener() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.drip = False
        server.shutdown()
        thread.join()


def test_it_is_sent_the_text_in_the_form_that_slack_takes(listener: Listener) -> None:
    assert send("greet: «done» & <b>", {VARIABLE: listener.url}) == []
    assert listener.told == [(f"/services/{SECRET}", "application/json", {"text": "greet: «done» & <b>"})]


def test_without_an_address_nobody_is_called(listener: Listener) -> None:
    assert send("greet", {}) == send("greet", {VARIABLE: " "}) == []
    assert listener.told == []


def test_a_redirect_is_not_followed(listener: Listener) -> None:
    listener.status, listener.location = 307, listener.url
    assert send("greet", {VARIABLE: listener.url}) == ["the webhook was not called: it answered 307"]
    assert len(listener.told) == 1


def test_one_that_never_comes_to_an_end_is_left_alone(listener: Listener) -> None:
    listener.drip = True
    began = time.monotonic()
    told = send("greet", {VARIABLE: listener.url}, patience=0.4)
    assert told == ["the webhook was not called: it did not answer in time"]
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "address",
    [
        f"http://example.org/services/{SECRET}",
        f"ftp://127.0.0.1/{SECRET}",
        f"file:///{SECRET}",
        f"https://example.org/{SECRET} x",
        f"https://example.org/{SECRET}\nHost: evil",
        f"https://user:{SECRET}@example.org/",
        f"http://localhost.{SECRET}.example.org/",
        f"http://127.0.0.1:99999/{SECRET}",
        f"http://127.0.0.1:9/{SECRET}",
        f"https://127.0.0.1:9/{SECRET}",
    ],
)
def test_an_address_that_cannot_be_called_is_a_note_that_does_not_show_it(address: str) -> None:
    (note,) = send("greet", {VARIABLE: address})
    assert note.startswith("the webhook was not called: ")
    assert SECRET not in note
    assert "example.org" not in note


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_a_refusal_is_a_note_that_does_not_show_the_address(listener: Listener, status: int) -> None:
    listener.status = status
    assert send("greet", {VARIABLE: listener.url}) == [f"the webhook was not called: it answered {status}"]
