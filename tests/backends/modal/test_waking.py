"""What a finished run tells GitHub, and that nothing comes of it where GitHub does not listen."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from runner.backends.modal.waking import wake
from runner.engine.record import RunRecord

TOKEN = "github_pat_let-me-in"


class Listener(ThreadingHTTPServer):
    """Answers with what it was told to, and keeps what it heard."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[int] = []
        self.heard: list[tuple[str, str | None, Any]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.heard.append((self.path, self.headers["Authorization"], content))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 204)
        self.send_header("Location", f"{self.server.url}/elsewhere")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        """Nobody looks."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as server:
        thread = threading.Thread(target=partial(server.serve_forever, 0.02))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def control(tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run's folder on the control Volume; the token is in WAKE_TOKEN."""
    monkeypatch.setenv("WAKE_TOKEN", f"{TOKEN}\n")
    write(tmp_path, f"{listener.url}/repos/acme/demo/dispatches")
    return tmp_path


def write(folder: Path, address: str) -> None:
    record = RunRecord(
        run="20270115-080000-000001",
        job="job",
        backend="modal",
        created=1.0,
        base="2" * 40,
        manifest_path="jobs/job.yaml",
        manifest_sha256="3" * 64,
        wake=address,
    )
    (folder / "run.json").write_bytes(msgspec.json.encode(record))


def test_github_is_told_which_run_has_finished(control: Path, listener: Listener) -> None:
    assert wake(control, "WAKE_TOKEN") == "GitHub was told"
    payload = {"event_type": "runner-finished", "client_payload": {"run": "20270115-080000-000001"}}
    assert listener.heard == [("/repos/acme/demo/dispatches", f"Bearer {TOKEN}", payload)]


def test_a_fault_that_passes_is_waited_for(control: Path, listener: Listener) -> None:
    listener.answers = [502]
    assert wake(control, "WAKE_TOKEN") == "GitHub was told"
    assert len(listener.heard) == 2


@pytest.mark.parametrize("status", [401, 404, 422])
def test_a_refusal_is_final_and_harmless(control: Path, listener: Listener, status: int) -> None:
    listener.answers = [status]
    assert wake(control, "WAKE_TOKEN") == f"GitHub could not be told: HTTP {status}"
    assert len(listener.heard) == 1


def test_the_token_does_not_follow_anybody_elsewhere(control: Path, listener: Listener) -> None:
    listener.answers = [302] * 3
    assert wake(control, "WAKE_TOKEN") == "GitHub could not be told: HTTP 302"
    assert {path for path, _, _ in listener.heard} == {"/repos/acme/demo/dispatches"}


def test_what_is_missing_or_wrong_is_harmless_and_shows_no_token(
    control: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "no token" in wake(control, "ABSENT")
    monkeypatch.setenv("BAD", f"{TOKEN}\nx")
    assert "no token" in wake(control, "BAD")
    write(control, "")
    assert "no address" in wake(control, "WAKE_TOKEN")
    (control / "run.json").unlink()
    assert "no record" in wake(control, "WAKE_TOKEN")
