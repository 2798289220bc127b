"""A player behind an endpoint, with OpenAI's own client."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.standins.openai.chat import Chat
from tests.standins.openai.server import OpenAIServer
from workloads.textgames.play.endpoint import EndpointPlayer, key_of
from workloads.textgames.play.player import PlayerError, Reply, Request
from workloads.textgames.settings import Sampling

KEY = "sk-sesame-0123456789"
TOOLS: list[dict[str, Any]] = [
    {"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {}}}}
]


def echo(chat: Chat) -> str:
    return f"{chat.last}/{chat.seed}"


def caller(chat: Chat) -> str:
    return 'I add. <tool_call>{"name": "add", "arguments": {"a": [1, "é"]}}</tool_call>'


PLAYERS = {"echo": echo, "caller": caller, "silent": lambda chat: ""}


def ask(text: str, seed: int = 0, tools: list[dict[str, Any]] | None = None) -> Request:
    return Request([{"role": "user", "content": text}], tools or [], seed)


def player(url: str, model: str = "echo", **more: Any) -> EndpointPlayer:
    return EndpointPlayer(url, model, more.pop("sampling", Sampling(max_tokens=32)), **more)


@pytest.fixture
def endpoint() -> Iterator[OpenAIServer]:
    with OpenAIServer(PLAYERS) as server:
        yield server
        assert server.unknown == []


def failure(url: str, model: str = "echo", count: int = 1, **more: Any) -> str:
    with player(url, model, **more) as asked, pytest.raises(PlayerError) as found:
        asked.replies([ask("hello")] * count)
    return str(found.value)


def test_replies_come_in_the_order_of_the_requests(endpoint: OpenAIServer) -> None:
    with player(endpoint.url, concurrency=4) as asked:
        replies = asked.replies([ask(f"text {number}", number) for number in range(20)])
    assert [reply.text for reply in replies] == [f"text {number}/{number}" for number in range(20)]
    assert all(reply.tokens > 0 for reply in replies)


def test_a_player_can_be_asked_again_and_asked_nothing(endpoint: OpenAIServer) -> None:
    with player(endpoint.url) as asked:
        assert asked.replies([]) == []
        assert asked.replies([ask("a")]) == asked.replies([ask("a")])


def test_no_more_conversations_than_allowed_go_on_at_a_time(endpoint: OpenAIServer) -> None:
    endpoint.delay(0.05)
    with player(endpoint.url, concurrency=3) as asked:
        asked.replies([ask("hello")] * 12)
    assert 1 < endpoint.most_at_once <= 3


def test_sampling_goes_with_every_request(endpoint: OpenAIServer) -> None:
    sampling = Sampling(temperature=0.6, top_p=0.9, top_k=20, min_p=0.05, max_tokens=77)
    with player(endpoint.url, sampling=sampling) as asked:
        asked.replies([ask("hello", 2**40 + 5)])
    body = endpoint.chats()[0].body
    assert {
        name: body[name] for name in ("temperature", "top_p", "top_k", "min_p", "max_tokens", "seed")
    } == {
        "temperature": 0.6,
        "top_p": 0.9,
        "top_k": 20,
        "min_p": 0.05,
        "max_tokens": 77,
        "seed": (2**40 + 5) % 2**31,
    }


def test_what_only_vllm_knows_is_left_out_where_it_says_nothing() -> None:
    with OpenAIServer(PLAYERS, vllm=False) as endpoint, player(endpoint.url) as asked:
        asked.replies([ask("hello")])
        assert not endpoint.chats()[0].body.keys() & {"top_k", "min_p", "tools", "tool_choice"}


def test_calls_that_the_endpoint_parsed_become_text_again(endpoint: OpenAIServer) -> None:
    with player(endpoint.url, "caller") as asked:
        (reply,) = asked.replies([ask("add", tools=TOOLS)])
    assert reply.text == 'I add.\n<tool_call>\n{"name": "add", "arguments": {"a": [1, "é"]}}\n</tool_call>'
    body = endpoint.chats()[0].body
    assert (body["tools"], body["tool_choice"]) == (TOOLS, "auto")


def test_an_endpoint_that_parses_no_calls_is_asked_for_the_text(endpoint: OpenAIServer) -> None:
    with player(endpoint.url, "caller", parse_tools=False) as asked:
        asked.replies([ask("add", tools=TOOLS)])
    assert endpoint.chats()[0].body["tool_choice"] == "none"


def test_an_empty_reply_is_a_reply(endpoint: OpenAIServer) -> None:
    with player(endpoint.url, "silent") as asked:
        assert asked.replies([ask("hello")]) == [Reply("", 0)]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_endpoint_is_asked_again(endpoint: OpenAIServer, status: int) -> None:
    endpoint.fail(status, times=2, retry_after=0.05)
    with player(endpoint.url) as asked:
        assert asked.replies([ask("hello")])[0].text == "hello/0"
    assert [chat.status for chat in endpoint.chats()] == [status, status, 200]


def test_a_dropped_connection_is_made_again(endpoint: OpenAIServer) -> None:
    endpoint.drop()
    with player(endpoint.url) as asked:
        assert asked.replies([ask("hello")])[0].text == "hello/0"


def test_a_conversation_that_leaves_less_room_gets_a_shorter_reply() -> None:
    with (
        OpenAIServer(PLAYERS, context=300) as endpoint,
        player(endpoint.url, sampling=Sampling(max_tokens=299)) as asked,
    ):
        assert asked.replies([ask("a b c")])[0].text == "a b c/0"
        assert [chat.status for chat in endpoint.chats()] == [400, 200]
        assert "max_tokens" not in endpoint.chats()[1].body


def test_a_conversation_that_is_too_long_gets_an_empty_reply_and_the_others_go_on() -> None:
    with OpenAIServer(PLAYERS, context=300) as endpoint, player(endpoint.url) as asked:
        replies = asked.replies([ask("a " * 400), ask("b")])
    assert replies == [Reply("", 0), Reply("b/0", 3)]


def test_a_refused_key_is_explained_and_never_shown() -> None:
    with OpenAIServer(PLAYERS, key="another") as endpoint:
        said = failure(endpoint.url, key=KEY)
        assert "refuses the key (" in said and "check the variable that endpoint.key names" in said
        assert KEY not in said and "***" in said
        assert len(endpoint.chats()) == 1


def test_the_key_is_given_and_no_other_is(endpoint: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody")
    for key, expected in ((KEY, f"Bearer {KEY}"), (None, "Bearer unused")):
        with player(endpoint.url, key=key) as asked:
            asked.replies([ask("hello")])
            assert KEY not in repr(asked)
        given = {name.lower(): value for name, value in endpoint.chats()[-1].headers.items()}
        assert given["authorization"] == expected


def test_a_model_that_is_not_served_is_named(endpoint: OpenAIServer) -> None:
    assert f"{endpoint.url} has no model nobody" in failure(endpoint.url, "nobody")


def test_a_wrong_path_is_no_endpoint() -> None:
    with OpenAIServer(PLAYERS) as endpoint:
        said = failure(endpoint.url.removesuffix("/v1") + "/v2")
        assert "check the model's name, and that the URL ends in /v1" in said
        assert endpoint.unknown == ["POST /v2/chat/completions"]


def test_an_endpoint_without_tools_says_so() -> None:
    with (
        OpenAIServer(PLAYERS, tools=False) as endpoint,
        player(endpoint.url) as asked,
        pytest.raises(PlayerError, match=r"status 400.*requires --enable-auto-tool-choice"),
    ):
        asked.replies([ask("add", tools=TOOLS)])


def test_nobody_there_is_said_within_the_patience() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    begun = time.monotonic()
    said = failure(f"http://127.0.0.1:{port}/v1", patience=1.0)
    assert time.monotonic() - begun < 10
    assert f"http://127.0.0.1:{port}/v1 did not give all replies within 1 s" in said


def test_an_endpoint_that_hangs_is_given_up_within_the_patience(endpoint: OpenAIServer) -> None:
    endpoint.delay(30)
    begun = time.monotonic()
    said = failure(endpoint.url, count=5, patience=1.0)
    assert time.monotonic() - begun < 10
    assert "did not give all replies within 1 s; play fewer episodes at a time" in said


def test_one_failure_ends_the_others(endpoint: OpenAIServer) -> None:
    endpoint.fail(401, skip=1, message="the key ended")
    with player(endpoint.url, concurrency=1) as asked:
        with pytest.raises(PlayerError, match="the key ended"):
            asked.replies([ask("hello")] * 50)
        seen = len(endpoint.chats())
        assert seen <= 3
        assert asked.replies([ask("again")])[0].text == "again/0"


@pytest.mark.parametrize("answer", [b"<html>welcome</html>", b"{}", b'{"choices": []}', b"[1, 2]", b"null"])
def test_what_is_not_an_endpoint_is_said(answer: bytes) -> None:
    kind = b"text/html" if answer.startswith(b"<") else b"application/json"
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(100_000)
                head = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (
                    kind,
                    len(answer),
                )
                connection.sendall(head + answer)

        thread = threading.Thread(target=serve)
        thread.start()
        said = failure(f"http://127.0.0.1:{listener.getsockname()[1]}/v1")
        thread.join()
    assert "answers, but not as an OpenAI-compatible endpoint" in said


def test_no_proxy_stands_before_an_endpoint_of_this_machine(
    endpoint: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with player(endpoint.url) as asked:
        assert asked.replies([ask("hello")])[0].text == "hello/0"


def test_the_key_comes_from_the_variable_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    assert key_of("MY_KEY") == KEY
    assert key_of(None) is None
    monkeypatch.setenv("MY_KEY", "")
    with pytest.raises(PlayerError, match="the variable MY_KEY with the endpoint's key is not set"):
        key_of("MY_KEY")


def test_who_has_an_event_loop_asks_for_one_reply_drawn_in_its_own_way(endpoint: OpenAIServer) -> None:
    async def play() -> tuple[Reply, Reply]:
        asked = player(endpoint.url)
        await asked.connect()
        try:
            plain = await asked.reply(ask("hello", 3))
            other = Sampling(temperature=0.25, max_tokens=5)
            return plain, await asked.reply(ask("hello", 3), model="silent", sampling=other)
        finally:
            await asked.disconnect()

    plain, other = asyncio.run(play())
    assert (plain.text, other.text) == ("hello/3", "")
    bodies = [asked.body for asked in endpoint.chats()]
    assert [body["model"] for body in bodies] == ["echo", "silent"]
    assert [(body["temperature"], body["max_tokens"]) for body in bodies] == [(1.0, 32), (0.25, 5)]


def test_fewer_tries_can_be_asked_for(endpoint: OpenAIServer) -> None:
    endpoint.fail(500, times=None)
    assert "fails with status 500" in failure(endpoint.url, retries=1)
    assert len(endpoint.chats()) == 2
