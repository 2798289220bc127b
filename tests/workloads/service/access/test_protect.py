"""Who is let in, what is kept out, and what comes back; through a real server."""

import json
import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest

from tests.workloads.service.access.conftest import Service

ROLLOUT = "/generate-rollout"


def same(response: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """An answer without what is of one request only."""
    own = {"x-request-id", "date"}
    return (
        response.status_code,
        response.content,
        [(name, value) for name, value in response.headers.items() if name not in own],
    )


def test_the_password_opens_in_each_of_its_three_places(games: Service) -> None:
    ada = games.everyone["ada"]
    answers = [
        games.post(ROLLOUT, headers=ada.bearer, json={"a": 1}),
        games.post(ROLLOUT, headers=ada.basic, json={"a": 1}),
        games.post(ROLLOUT, json={"password": ada.text, "a": 1}),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert answer.json()["who"] == "ada"
        assert json.loads(answer.json()["body"]) == {"a": 1}
        assert answer.json()["length"] == str(len(answer.json()["body"]))
        assert "authorization" not in answer.json()["headers"]


def test_a_password_in_the_body_is_taken_out_also_where_the_header_has_one(games: Service) -> None:
    ada = games.everyone["ada"]
    answer = games.post(ROLLOUT, headers=ada.bearer, json={"password": ada.text, "a": 1})
    assert json.loads(answer.json()["body"]) == {"a": 1}


def test_whatever_is_wrong_with_a_password_the_answer_is_the_same(games: Service) -> None:
    ada, bob = games.everyone["ada"], games.everyone["bob"]
    wrong = games.recorder.secret("not-the-right-password")
    answers = [
        games.post(ROLLOUT, json={}),
        games.post(ROLLOUT),
        games.post(ROLLOUT, json=["password"]),
        games.post(ROLLOUT, json={"password": wrong}),
        games.post(ROLLOUT, json={"password": 5}),
        games.post(ROLLOUT, headers={"authorization": f"Bearer {wrong}"}),
        games.post(ROLLOUT, headers={"authorization": "Bearer"}),
        games.post(ROLLOUT, headers={"authorization": "Basic !!!"}),
        games.post(ROLLOUT, headers={"authorization": f"Digest {ada.text}"}),
        games.post(ROLLOUT, headers={"authorization": "Bearer " + "x" * 5000}),
        games.post(ROLLOUT, auth=("ada", wrong)),
        games.post(ROLLOUT, auth=("ada", bob.text)),
        games.post(ROLLOUT, auth=("nobody", ada.text)),
        games.post("/no-such-page", auth=("nobody", "x")),
        games.post(ROLLOUT, headers=[("authorization", f"Bearer {ada.text}"), ("authorization", "Bearer x")]),
    ]
    assert answers[0].status_code == 401
    assert answers[0].headers["www-authenticate"] == 'Bearer realm="service"'
    assert answers[0].json()["error"]["code"] == "unauthorized"
    assert [same(answer) for answer in answers] == [same(answers[0])] * len(answers)


def test_a_password_for_inference_starts_no_training(games: Service) -> None:
    bob = games.everyone["bob"]
    assert games.post(ROLLOUT, headers=bob.bearer, json={}).status_code == 200
    for answer in (
        games.post("/start-training", headers=bob.bearer, json={}),
        games.post("/start-training", json={"password": bob.text}),
        games.get("/training-status/x", headers=bob.bearer),
        games.post("/cancel-training/x", headers=bob.bearer),
    ):
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "inference_only"


def test_open_pages_need_no_password_and_are_told_none(games: Service) -> None:
    assert games.get("/health-check").json() == {"status": "ok"}
    assert games.get("/openapi.json").status_code == 200
    assert games.get("/health-check", headers={"authorization": "Bearer wrong"}).status_code == 200


def test_a_page_that_is_not_there_is_told_to_those_inside(games: Service) -> None:
    assert games.get("/nowhere").status_code == 401
    assert games.get("/nowhere", headers=games.everyone["ada"].bearer).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b"",
        b'{"password": NaN}',
        b'{"a": 1e999}',
        b'{"a": "\\ud800"}',
        b'{"password": "x", "password": "y"}',
        b'{"a": {"b": 1, "b": 2}}',
        b'{"a": ' + b"9" * 4500 + b"}",
        b"[" * 1500 + b"]" * 1500,
        b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}",
        b'{"a": 1} x',
    ],
    ids=lambda body: str(body[:12]),
)
@pytest.mark.parametrize("inside", [True, False])
def test_a_body_that_is_no_sound_json_is_refused(games: Service, body: bytes, inside: bool) -> None:
    headers = {"content-type": "application/json", **(games.everyone["ada"].bearer if inside else {})}
    answer = games.post(ROLLOUT, content=body, headers=headers)
    if not body:
        assert answer.status_code == (200 if inside else 401)
    elif len(body) > 4096:
        assert answer.status_code == 413
    elif inside or answer.status_code != 401:
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_json")


def test_numbers_and_letters_reach_the_application_as_they_were(games: Service) -> None:
    body = '{"password": "%s", "a": 1.0, "b": 12345678901234567890123, "c": "ä\\u0000𝄞", "d": 1e-7}'
    answer = games.post(
        ROLLOUT,
        content=(body % games.everyone["ada"].text).encode(),
        headers={"content-type": "application/json; charset=utf-8"},
    )
    assert json.loads(answer.json()["body"]) == {
        "a": 1.0,
        "b": 12345678901234567890123,
        "c": "ä\0𝄞",
        "d": 1e-7,
    }


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
def test_a_body_of_another_type_is_refused(games: Service, headers: dict[str, str]) -> None:
    answer = games.post(ROLLOUT, content=b"{}", headers={**games.everyone["ada"].bearer, **headers})
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "not_json")


def test_a_body_that_is_too_large_is_refused_declared_or_in_chunks(games: Service) -> None:
    ada = games.everyone["ada"].bearer
    large = b" " * 100_000
    for answer in (
        games.post(ROLLOUT, content=large, headers=ada),
        games.post(ROLLOUT, content=large),
        games.post(ROLLOUT, content=iter([large[:3000], large[:3000]]), headers=ada),
        games.post(ROLLOUT, content=iter([large[:3000], large[:3000]])),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")


def test_a_body_in_chunks_is_read(games: Service) -> None:
    text = json.dumps({"password": games.everyone["ada"].text, "a": 1}).encode()
    chunks = iter([text[:9], text[9:]])
    answer = games.post(ROLLOUT, content=chunks, headers={"content-type": "application/json"})
    assert json.loads(answer.json()["body"]) == {"a": 1}


def logged(caplog: pytest.LogCaptureFixture, answer: httpx.Response) -> list[str]:
    """The lines of the service's log about an answer, after which the last of them is written."""
    deadline = time.monotonic() + 10
    while True:
        said = [record.getMessage() for record in caplog.records if record.name == "service"]
        lines = [line for line in said if answer.headers["x-request-id"] in line]
        if lines and '"ms"' in lines[-1]:
            return lines
        assert time.monotonic() < deadline
        time.sleep(0.01)


def raw(games: Service, request: bytes) -> bytes:
    """Sends bytes, and reads until the server closes."""
    where = urlsplit(games.url)
    with socket.create_connection((where.hostname, where.port), timeout=10) as connection:
        connection.sendall(request)
        got = b""
        while chunk := connection.recv(65536):
            got += chunk
    games.recorder.text(got, "raw")
    return got


def test_a_body_that_does_not_arrive_is_given_up(games: Service) -> None:
    head = b"POST /generate-rollout HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    got = raw(games, head + b"content-length: 10\r\n\r\n{")
    assert got.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"slow_body"' in got


def test_a_body_whose_length_is_said_in_two_ways_is_refused_with_all_that_follows(games: Service) -> None:
    head = b"POST /generate-rollout HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    smuggled = b"2\r\n{}\r\n0\r\n\r\nGET /health-check HTTP/1.1\r\nhost: x\r\n\r\n"
    got = raw(games, head + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n" + smuggled)
    assert got.startswith(b"HTTP/1.1 400 ")
    assert (got.count(b"HTTP/1.1"), b'"code":"bad_length"' in got) == (1, True)


def test_answers_have_headers_that_keep_browsers_out(games: Service) -> None:
    for answer in (
        games.get("/health-check"),
        games.get("/nowhere"),
        games.post(ROLLOUT, headers=games.everyone["ada"].bearer, json={}),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert len(answer.headers["x-request-id"]) == 32
        assert "server" not in answer.headers
        assert "strict-transport-security" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_a_refusal_by_the_application_is_told_in_the_one_form(games: Service) -> None:
    answer = games.post("/refuse", headers=games.everyone["ada"].bearer, json={})
    assert answer.status_code == 409
    assert answer.json() == {"error": {"code": "refused", "message": "this is not to be had"}}


def test_a_bug_is_a_500_with_an_id_that_the_log_has(games: Service, caplog: pytest.LogCaptureFixture) -> None:
    answer = games.post("/break", headers=games.everyone["ada"].bearer, json={})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/json"
    message = answer.json()["error"]["message"]
    assert answer.json()["error"]["code"] == "internal"
    assert answer.headers["x-request-id"] in message
    [crash, _] = map(json.loads, logged(caplog, answer))
    assert crash["error"] == "KeyError"
    assert "in fail" in crash["trace"]
    assert "a-local-value" not in crash["trace"]


def test_the_log_has_a_line_for_each_request_and_nothing_that_it_said(
    games: Service, caplog: pytest.LogCaptureFixture
) -> None:
    ada = games.everyone["ada"]
    answers = [
        games.post("/generate-rollout?secret=in-a-query", headers=ada.bearer, json={"a": "in-a-body"}),
        games.get("/training-status/run-1", headers=ada.bearer),
        games.get("/bad%0Apath%7F", headers={"authorization": "Bearer wrong"}),
    ]
    lines = [line for answer in answers for line in logged(caplog, answer)]
    rollout, status, bad = map(json.loads, lines)
    assert rollout["principal"] == "ada"
    assert (rollout["method"], rollout["path"], rollout["status"]) == ("POST", "/generate-rollout", 200)
    assert set(rollout) == {"time", "id", "method", "path", "status", "ms", "principal"}
    assert status["path"] == "/training-status/{run}"
    assert (bad["path"], bad["status"], bad["principal"]) == ("/bad\npath\x7f", 401, None)
    assert not any(control in line for line in lines for control in ("\n", "\x7f", "in-a-"))
