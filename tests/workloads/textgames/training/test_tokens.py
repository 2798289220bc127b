from typing import Any

import pytest

from tests.workloads.textgames.training.conftest import Make
from workloads.textgames.settings import SettingsError
from workloads.textgames.training.tokens import Renderer, Stream, joined

TOOL = {"type": "function", "function": {"name": "look_up", "description": "Looks up.", "parameters": {}}}
SYSTEM = {"role": "system", "content": "You are at position (0, 1) in a 2x2 grid."}


def said(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def tokenizer_of(tiny: Make, template: str = "chatml") -> Any:
    from workloads.textgames.training.models import tokenizer_of

    return tokenizer_of(tiny(template))


def test_a_stream_keeps_apart_what_was_drawn_and_what_was_told() -> None:
    stream = Stream([1, 2])
    stream.reply([3, 4], [-0.5, -0.25])
    stream.tell([5])
    stream.reply([6], [-1.0])
    assert stream.context == [1, 2, 3, 4, 5, 6]
    assert stream.mask == [1, 1, 0, 1]
    assert stream.logprobs == [-0.5, -0.25, 0.0, -1.0]


def test_a_stream_has_no_log_probabilities_where_the_engine_says_none() -> None:
    stream = Stream([1])
    stream.reply([2], None)
    stream.tell([3])
    assert stream.logprobs is None


def test_the_mark_of_a_replys_end_is_there_once() -> None:
    assert joined([7, 2], [2, 9]) == [9]
    assert joined([7], [2, 9]) == [2, 9]
    assert joined([], [2, 9]) == [2, 9]


@pytest.mark.llm
@pytest.mark.parametrize("template", ["chatml", "qwen2_5", "qwen3"])
@pytest.mark.parametrize("ended", [True, False])
def test_one_stream_is_the_conversation_as_the_template_has_it(
    tiny: Make, template: str, ended: bool
) -> None:
    tokenizer = tokenizer_of(tiny, template)
    renderer = Renderer(tokenizer)
    conversation = [
        SYSTEM,
        said("user", "Where?"),
        said("assistant", "<move>5</move>"),
        said("user", "And now?"),
    ]
    stream = Stream(renderer.prompt(conversation[:2], []))
    reply = tokenizer("<move>5</move>", add_special_tokens=False)["input_ids"]
    stream.reply([*reply, tokenizer.eos_token_id] if ended else reply, None)
    stream.tell(joined(stream.tokens, renderer.between("And now?")))
    assert stream.context == renderer.prompt(conversation, [])


@pytest.mark.llm
def test_a_models_own_tokens_stay_as_it_drew_them(tiny: Make) -> None:
    tokenizer = tokenizer_of(tiny)
    spelled = [tokenizer.convert_tokens_to_ids(letter) for letter in "up"]
    assert tokenizer("up", add_special_tokens=False)["input_ids"] != spelled
    stream = Stream(Renderer(tokenizer).prompt([said("user", "?")], []))
    stream.reply(spelled, None)
    assert stream.context[-2:] == spelled
    assert Renderer(tokenizer).text(spelled) == "up"


@pytest.mark.llm
def test_a_reply_is_read_without_the_marks_of_its_end(tiny: Make) -> None:
    tokenizer = tokenizer_of(tiny)
    tokens = [
        *tokenizer("<action>up</action>", add_special_tokens=False)["input_ids"],
        tokenizer.eos_token_id,
    ]
    assert Renderer(tokenizer).text(tokens) == "<action>up</action>"


@pytest.mark.llm
def test_functions_are_shown_by_the_template(tiny: Make) -> None:
    tokenizer = tokenizer_of(tiny, "qwen3")
    Renderer(tokenizer).check([TOOL], one_stream=True)
    assert "look_up" in tokenizer.decode(Renderer(tokenizer).prompt([said("user", "?")], [TOOL]))


@pytest.mark.llm
def test_a_template_that_hides_functions_is_refused(tiny: Make) -> None:
    with pytest.raises(SettingsError, match="does not show functions, such as 'look_up'"):
        Renderer(tokenizer_of(tiny)).check([TOOL], one_stream=True)


@pytest.mark.llm
@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (None, "has no chat template"),
        ("{{ raise_exception('no system prompts') }}", "refuses a system prompt or a second turn: no system"),
        ("{{ messages[-1]['content'] }}", "hides earlier replies"),
    ],
)
def test_a_template_that_cannot_hold_a_game_is_refused(tiny: Make, template: str | None, reason: str) -> None:
    tokenizer = tokenizer_of(tiny)
    tokenizer.chat_template = template
    with pytest.raises(SettingsError, match=reason):
        Renderer(tokenizer).check([], one_stream=True)


@pytest.mark.llm
def test_earlier_replies_need_not_be_shown_where_each_turn_stands_alone(tiny: Make) -> None:
    tokenizer = tokenizer_of(tiny)
    tokenizer.chat_template = "{{ messages[-1]['content'] }}"
    Renderer(tokenizer).check([], one_stream=False)
