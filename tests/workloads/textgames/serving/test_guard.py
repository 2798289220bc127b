"""Who may ask a server what."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from workloads.textgames.serving.guard import KeyGuard


@pytest.fixture
def guard(monkeypatch: pytest.MonkeyPatch) -> KeyGuard:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    monkeypatch.setenv("VLLM_API_KEY", "sesame")
    return KeyGuard(application)


def sent(guard: KeyGuard, path: str, authorization: bytes | None = None, kind: str = "http") -> list[Any]:
    messages: list[Any] = []

    async def receive() -> MutableMapping[str, Any]:
        return {}

    async def send(message: MutableMapping[str, Any]) -> None:
        messages.append(message)

    headers = [] if authorization is None else [(b"authorization", authorization)]
    asyncio.run(guard({"type": kind, "path": path, "headers": headers}, receive, send))
    return messages


@pytest.mark.parametrize("path", ["/v1/models", "/collective_rpc", "/adapters", "/metrics", "/", "/health/"])
@pytest.mark.parametrize(
    "authorization", [None, b"", b"sesame", b"Bearer", b"Bearer other", b"Bearer sesame2"]
)
def test_without_the_key_nothing_is_answered(guard: KeyGuard, path: str, authorization: bytes | None) -> None:
    assert sent(guard, path, authorization)[0]["status"] == 401


def test_with_the_key_everything_is(guard: KeyGuard) -> None:
    assert sent(guard, "/collective_rpc", b"Bearer sesame")[0]["status"] == 200


def test_health_is_open(guard: KeyGuard) -> None:
    assert sent(guard, "/health")[0]["status"] == 200


def test_a_socket_is_closed(guard: KeyGuard) -> None:
    assert sent(guard, "/v1/realtime", kind="websocket") == [{"type": "websocket.close", "code": 1008}]


def test_what_is_no_request_passes(guard: KeyGuard) -> None:
    assert sent(guard, "/", kind="lifespan")
