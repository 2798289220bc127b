"""A loopback endpoint, seen by the real client."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.standins.openai.server import OpenAIServer

SAYS_UP = [
    {"role": "system", "content": "You are in a maze."},
    {"role": "user", "content": "You are at position (2, 0) in a 4x4 grid. You are not carrying a key. "},
]
LOOK = {"type": "function", "function": {
    "name": "look", "description": "Looks.",
    "parameters": {"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]},
}}  # fmt: skip


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(key="s3cret", context=400) as started:
        yield started
        assert started.unknown == []


def client(server: OpenAIServer, key: str = "s3cret", **more: Any) -> Any:
    from openai import OpenAI

    return OpenAI(base_url=server.url, api_key=key, **{"max_retries": 0, "timeout": 10.0, **more})


def ask(asking: Any, model: str = "perfect", **more: Any) -> Any:
    with asking:
        return asking.chat.completions.create(model=model, messages=SAYS_UP, **more)


def test_a_model_is_a_scripted_player(server: OpenAIServer) -> None:
    with client(server) as asking:
        assert [model.id for model in asking.models.list()] == ["perfect", "random", "mute"]
    answer = ask(client(server))
    assert answer.choices[0].message.content == "I go on. <action>up</action>"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.completion_tokens == 12


def test_a_random_player_plays_the_same_way_with_the_same_seed(server: OpenAIServer) -> None:
    answers = [ask(client(server), "random", seed=seed) for seed in [*range(30), *range(30)]]
    texts = [answer.choices[0].message.content for answer in answers]
    assert texts[:30] == texts[30:] and len(set(texts)) == 5


def test_a_function_is_called(server: OpenAIServer) -> None:
    answer = ask(client(server), tools=[LOOK], tool_choice="auto")
    [call] = answer.choices[0].message.tool_calls
    assert (call.function.name, call.function.arguments) == ("look", '{"at": "x"}')
    assert answer.choices[0].finish_reason == "tool_calls"


def test_a_server_without_a_parser_refuses_functions() -> None:
    from openai import BadRequestError

    with (
        OpenAIServer(tools=False) as server,
        pytest.raises(BadRequestError, match="enable-auto-tool-choice"),
    ):
        ask(client(server), tools=[LOOK])


@pytest.mark.parametrize(
    ("error", "change"),
    [
        ("AuthenticationError", {"key": "guess"}),
        ("NotFoundError", {"model": "gpt"}),
        ("BadRequestError", {"max_tokens": 1_000}),
        ("BadRequestError", {"extra_body": {"colour": 1}}),
    ],
)
def test_what_cannot_be_answered_is_refused(server: OpenAIServer, error: str, change: dict[str, Any]) -> None:
    import openai

    asking = client(server, change.pop("key", "s3cret"))
    with pytest.raises(getattr(openai, error)):
        ask(asking, **change)


def test_vllm_s_own_parameters_are_taken_by_vllm_alone(server: OpenAIServer) -> None:
    from openai import BadRequestError

    extras = {"extra_body": {"top_k": 5, "min_p": 0.1}}
    assert ask(client(server), **extras).choices
    with OpenAIServer(vllm=False) as other, pytest.raises(BadRequestError, match="min_p, top_k"):
        ask(client(other), **extras)


@pytest.mark.parametrize(
    ("error", "status"), [("RateLimitError", 429), ("InternalServerError", 500), ("APIConnectionError", 0)]
)
def test_it_fails_as_told_and_then_goes_on(server: OpenAIServer, error: str, status: int) -> None:
    import openai

    server.fail(status, retry_after=0.01)
    with pytest.raises(getattr(openai, error)):
        ask(client(server))
    assert ask(client(server)).choices
    assert [asked.status for asked in server.chats()] == [status, 200]


def test_the_client_tries_again_after_as_long_as_it_is_told(server: OpenAIServer) -> None:
    server.fail(429, retry_after=0.01, times=2)
    assert ask(client(server, max_retries=2)).choices
    assert [asked.status for asked in server.chats()] == [429, 429, 200]


def test_it_hangs_until_it_is_told_to_go_on(server: OpenAIServer) -> None:
    from openai import APITimeoutError

    server.hang()
    with pytest.raises(APITimeoutError):
        ask(client(server, timeout=0.2))
    server.clear_faults()
    assert ask(client(server)).choices
