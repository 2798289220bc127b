"""Episodes in play, with replies that the tests give in place of a model."""

from collections import Counter
from typing import Any

import pytest

from tests.workloads.textgames.training.conftest import Make
from workloads.textgames.envs.key_door import KeyDoor
from workloads.textgames.play.episodes import Seat
from workloads.textgames.training.tables import Table
from workloads.textgames.training.tokens import Renderer

pytestmark = pytest.mark.llm


def table(tokenizer: Any, history: str, room: int = 4000, seed: int = 5) -> Table:
    seat = Seat(KeyDoor(size=3, max_steps=6), seed, history, None)
    return Table(seat, Renderer(tokenizer), room, one_stream=history == "full")


def play(tokenizer: Any, made: Table, reply: str = "<action>up</action>", turns: int = 100) -> None:
    tokens = [*tokenizer(reply, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
    while turns and made.waits():
        made.take(tokens, [-0.5] * len(tokens))
        turns -= 1


@pytest.fixture
def tokenizer(tiny: Make) -> Any:
    from workloads.textgames.training.models import tokenizer_of

    return tokenizer_of(tiny())


def test_with_full_history_an_episode_is_one_stream_of_all_its_turns(tokenizer: Any) -> None:
    made = table(tokenizer, "full")
    play(tokenizer, made)
    stream = made.sample(0, 0)
    assert len(made.episode().turns) == 6
    assert sum(stream.mask) == made.tokens == 6 * 4
    assert stream.mask[:4] == stream.mask[-4:] == [1, 1, 1, 1]
    text = tokenizer.decode(stream.context)
    assert [text.count(part) for part in ("<|im_start|>assistant", "<|im_start|>user", "<|im_end|>")] == [
        6,
        6,
        13,
    ]


def test_with_another_history_a_sample_is_one_turn_with_its_own_context(tokenizer: Any) -> None:
    made = table(tokenizer, "none")
    play(tokenizer, made)
    stream = made.sample(0, 0)
    assert stream.mask == [1, 1, 1, 1]
    assert tokenizer.decode(stream.prompt).count("<|im_start|>user") == 1


def test_each_turn_is_as_likely_and_the_draw_follows_seed_and_place(tokenizer: Any) -> None:
    made = table(tokenizer, "scratchpad")
    play(tokenizer, made, "<scratchpad>left</scratchpad><action>right</action>", 3)
    drawn = Counter(id(made.sample(place, 0)) for place in range(3000))
    assert len(drawn) == 3
    assert all(900 < count < 1100 for count in drawn.values())
    assert made.sample(7, 0) is made.sample(7, 0)


def test_an_episode_ends_when_its_context_is_full(tokenizer: Any) -> None:
    whole = table(tokenizer, "full")
    play(tokenizer, whole)
    made = table(tokenizer, "full", room=len(whole.sample(0, 0).context) // 2)
    play(tokenizer, made)
    assert made.truncated
    assert 0 < len(made.episode().turns) < 6
    assert not made.episode().success
    assert made.sample(0, 0).mask[-1] == 1


def test_an_observation_without_room_gives_a_sample_that_teaches_nothing(tokenizer: Any) -> None:
    made = table(tokenizer, "none", room=10)
    play(tokenizer, made)
    stream = made.sample(0, tokenizer.eos_token_id)
    assert made.truncated
    assert made.episode().turns == []
    assert (stream.tokens, stream.mask) == ([tokenizer.eos_token_id], [0])
