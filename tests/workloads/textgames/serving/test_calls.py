"""Requests to a server on this machine."""

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from workloads.textgames.serving.calls import CallError, call
from workloads.textgames.serving.ports import free_port, is_taken


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/slow":
            time.sleep(3)
        self.answer(200, b'{"key": "%s"}' % str(self.headers["Authorization"]).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, content = {
            "/empty": (200, b""),
            "/text": (200, b"Success: it is loaded"),
            "/refused": (400, b'{"error": {"message": "no\\n such   adapter"}}'),
            "/detail": (422, b'{"detail": "a field is missing"}'),
            "/page": (502, b"<html>bad gateway</html>"),
        }.get(self.path, (200, body))
        self.answer(status, content)

    def answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_json_goes_there_and_comes_back(url: str) -> None:
    assert call(f"{url}/echo", "sesame", 10, {"a": [1, "é"]}) == {"a": [1, "é"]}


def test_the_key_goes_with_it(url: str) -> None:
    assert call(f"{url}/", "sesame", 10) == {"key": "Bearer sesame"}


def test_no_proxy_gets_it(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert call(f"{url}/", "sesame", 10) == {"key": "Bearer sesame"}


def test_an_empty_answer_is_none_and_text_is_text(url: str) -> None:
    assert call(f"{url}/empty", "sesame", 10, {}) is None
    assert call(f"{url}/text", "sesame", 10, {}) == "Success: it is loaded"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/refused", 400, "no such adapter"),
        ("/detail", 422, "a field is missing"),
        ("/page", 502, "<html>bad gateway</html>"),
    ],
)
def test_a_refusal_says_what_was_said(url: str, path: str, status: int, said: str) -> None:
    with pytest.raises(CallError) as found:
        call(url + path, "sesame", 10, {})
    assert (str(found.value), found.value.status) == (said, status)


def test_an_answer_that_does_not_come_in_time_is_an_error(url: str) -> None:
    begun = time.monotonic()
    with pytest.raises(CallError, match="timed out") as found:
        call(f"{url}/slow", "sesame", 0.3)
    assert found.value.status == 0
    assert time.monotonic() - begun < 3


def test_nobody_there_is_an_error() -> None:
    with pytest.raises(CallError, match="refused"):
        call(f"http://127.0.0.1:{free_port()}/", "sesame", 5)


def test_something_that_speaks_no_http_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def speak() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(10_000)
                connection.sendall(b"SSH-2.0-nothing\r\n")

        thread = threading.Thread(target=speak)
        thread.start()
        with pytest.raises(CallError):
            call(f"http://127.0.0.1:{listener.getsockname()[1]}/", "sesame", 5)
        thread.join()


def test_a_port_is_taken_while_somebody_listens() -> None:
    port = free_port()
    assert not is_taken(port)
    with socket.create_server(("127.0.0.1", port)):
        assert is_taken(port)
