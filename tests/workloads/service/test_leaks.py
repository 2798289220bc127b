"""The search for passwords finds those that are there."""

import base64
import json
import logging
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.workloads.service.leaks import Recorder, recording
from tests.workloads.service.serving import served


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    """One of its own, whose findings are wanted."""
    return Recorder(tmp_path / "said")


def test_nothing_is_found_where_nothing_is(recorder: Recorder) -> None:
    recorder.password()
    recorder.text("a line that is harmless")
    assert recorder.findings() == []


@pytest.mark.parametrize("before", ["", "a", "ab", "name:"])
def test_a_password_is_found_in_each_form(recorder: Recorder, before: str) -> None:
    text = recorder.secret('pä "ss" wörd?/+~>')
    said = before + text
    for form in (
        said.encode(),
        json.dumps({"a": said}).encode(),
        quote(said).encode(),
        said.encode().hex().encode(),
        base64.b64encode(said.encode()),
        base64.urlsafe_b64encode(said.encode()),
    ):
        found = Recorder(recorder.folder / f"{len(list(recorder.folder.iterdir()))}")
        found.secret(text)
        found.text(b"before " + form + b" after", "printed")
        [finding] = found.findings()
        assert finding.endswith("000001-printed: holds a password")
        assert text not in finding


def test_a_hash_is_found_whole_and_in_parts(recorder: Recorder) -> None:
    password = recorder.password("ada")
    *_, salt, digest = password.hash.split("$")
    for name, part in (("whole", password.hash), ("salt", salt), ("digest", digest)):
        recorder.text(f"x{part}y", name)
    assert [finding.rpartition("/")[2] for finding in recorder.findings()] == [
        f"00000{number}-{name}: holds a hash of ada"
        for number, name in enumerate(("whole", "salt", "digest"), 1)
    ]


def test_what_is_logged_here_and_in_files_of_servers_is_read(tmp_path: Path) -> None:
    with recording(tmp_path / "said") as recorder:
        password = recorder.password("ada")
        logging.getLogger("anything").error("it was %s", password.text)
        log = recorder.log(tmp_path / "server.log")
        log.write_text(password.entry)
        folder = recorder.log(tmp_path / "folder")
        (folder / "deep").mkdir(parents=True)
        (folder / "deep" / "trace").write_bytes(b"\xff" + password.text.encode())
        recorder.log(tmp_path / "gone.log")
    assert recorder.findings() == [
        f"{tmp_path}/gone.log: the log is gone",
        f"{tmp_path}/said/logging.log: holds a password of ada",
        f"{log}: holds a hash of ada",
        f"{folder}/deep/trace: holds a password of ada",
    ]


@pytest.mark.parametrize("at", ["client", "server"])
def test_answers_are_read_with_their_headers_and_streams(recorder: Recorder, at: str) -> None:
    password = recorder.password("ada")

    async def app(scope: dict[str, object], receive: object, send: object) -> None:
        assert callable(send)
        if scope["type"] == "lifespan":
            for stage in ("startup", "shutdown"):
                assert callable(receive)
                await receive()
                await send({"type": f"lifespan.{stage}.complete"})
            return
        header = password.text if scope["path"] == "/header" else "nothing"
        start = {"type": "http.response.start", "status": 200, "headers": [(b"x-said", header.encode())]}
        await send(start)
        await send({"type": "http.response.body", "body": b"one ", "more_body": True})
        said = password.text if scope["path"] == "/body" else "two"
        await send({"type": "http.response.body", "body": said.encode()})

    recorded_there = recorder.around(app) if at == "server" else app
    ask = httpx.Client if at == "server" else recorder.client
    with served(recorded_there) as url, ask(base_url=url) as client:
        for path in ("/header", "/body", "/neither"):
            answer: httpx.Response = client.get(path)
            assert answer.text.startswith("one ")
    found = [finding.rpartition("/")[2] for finding in recorder.findings()]
    assert found == [
        "000001-%2Fheader: holds a password of ada",
        "000002-%2Fbody: holds a password of ada",
    ]


def test_a_session_in_which_one_was_said_fails_and_names_the_file(recorder: Recorder) -> None:
    recorder.text("nothing")
    recorder.check()
    recorder.text(f"it is {recorder.password('ada').text}", "told")
    with pytest.raises(pytest.fail.Exception, match=r"texts/000002-told: holds a password of ada"):
        recorder.check()
