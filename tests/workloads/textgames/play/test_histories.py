"""What a player is shown of the past, message by message."""

import pytest

from workloads.textgames.envs.base import Environment, GameError
from workloads.textgames.envs.key_door import SYSTEM, KeyDoor
from workloads.textgames.envs.registry import make
from workloads.textgames.play.histories import INSTRUCTIONS, LONGEST, Memory, memory
from workloads.textgames.play.player import Message

PLAIN = ("key_door", "tic_tac_toe", "wordle")


def reply(remembered: Memory, game: Environment, seen: str, text: str) -> str:
    """Plays a turn, and returns what is seen next."""
    step = game.step(text)
    remembered.heard(seen, text)
    return step.observation


def begun(history: str) -> tuple[Memory, KeyDoor, str]:
    game = KeyDoor()
    remembered = memory(history, game)
    return remembered, game, game.reset(1)


def rules(text: str = SYSTEM) -> Message:
    return {"role": "system", "content": text}


def user(text: str) -> Message:
    return {"role": "user", "content": text}


def test_without_a_history_only_the_last_observation_is_shown() -> None:
    remembered, game, first = begun("none")
    assert remembered.messages(first) == [rules(), user(first)]
    second = reply(remembered, game, first, "<action>up</action>")
    assert remembered.messages(second) == [rules(), user(second)]


def test_a_full_history_shows_all_that_was_said() -> None:
    remembered, game, first = begun("full")
    assert remembered.messages(first) == [rules(), user(first)]
    second = reply(remembered, game, first, "<action>up</action>")
    third = reply(remembered, game, second, "nonsense")
    assert remembered.messages(third) == [
        rules(),
        user(first),
        {"role": "assistant", "content": "<action>up</action>"},
        user(second),
        {"role": "assistant", "content": "nonsense"},
        user(third),
    ]


def test_what_is_shown_can_be_changed_without_changing_the_history() -> None:
    remembered, game, first = begun("full")
    second = reply(remembered, game, first, "<action>up</action>")
    remembered.messages(second)[1]["content"] = "something else"
    assert remembered.messages(second)[1] == user(first)


def test_a_scratchpad_is_explained_and_empty_at_first() -> None:
    remembered, _, first = begun("scratchpad")
    assert remembered.messages(first) == [rules(SYSTEM + INSTRUCTIONS), user(first)]


def test_a_scratchpad_is_what_the_player_wrote_last() -> None:
    remembered, game, first = begun("scratchpad")
    second = reply(remembered, game, first, "<scratchpad>a\nb</scratchpad><action>up</action>")
    told = f"{SYSTEM}{INSTRUCTIONS}\n\n## Your Current Memory (from previous turn):\na\nb"
    assert remembered.messages(second) == [rules(told), user(second)]
    third = reply(remembered, game, second, "<action>up</action><scratchpad>c</scratchpad>")
    told = f"{SYSTEM}{INSTRUCTIONS}\n\n## Your Current Memory (from previous turn):\nc"
    assert remembered.messages(third) == [rules(told), user(third)]


@pytest.mark.parametrize("text", ["<action>up</action>", "<scratchpad>lost <action>up</action>", ""])
def test_a_scratchpad_is_kept_where_the_tag_is_missing(text: str) -> None:
    remembered, game, first = begun("scratchpad")
    second = reply(remembered, game, first, "<scratchpad>kept</scratchpad>")
    third = reply(remembered, game, second, text)
    assert str(remembered.messages(third)[0]["content"]).endswith("(from previous turn):\nkept")


def test_a_scratchpad_may_be_wiped() -> None:
    remembered, game, first = begun("scratchpad")
    second = reply(remembered, game, first, "<scratchpad>kept</scratchpad>")
    third = reply(remembered, game, second, "<scratchpad></scratchpad>")
    assert remembered.messages(third) == [rules(SYSTEM + INSTRUCTIONS), user(third)]


def test_a_scratchpad_has_its_limit() -> None:
    remembered, game, first = begun("scratchpad")
    second = reply(remembered, game, first, f"<scratchpad>{'x' * 100_000}</scratchpad>")
    assert str(remembered.messages(second)[0]["content"]).count("x") < LONGEST + 100


def test_an_ideal_scratchpad_comes_before_the_observation_from_the_second_turn_on() -> None:
    remembered, game, first = begun("optimal_scratchpad")
    assert remembered.messages(first) == [rules(), user(first)]
    second = reply(remembered, game, first, "<action>up</action>")
    known = game.optimal_scratchpad()
    assert known.startswith("Status: I do not have the key. Key location: ")
    assert remembered.messages(second) == [
        rules(),
        user(
            "## Your Current Memory (provided by the environment):\n"
            f"{known}\n\n## Current Observation:\n{second}"
        ),
    ]


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("history", ["none", "full", "scratchpad"])
def test_a_history_works_with_every_environment(name: str, history: str) -> None:
    game = make(name, {})
    remembered = memory(history, game)
    first = game.reset(0)
    second = reply(remembered, game, first, "<scratchpad>so far</scratchpad>")
    messages = remembered.messages(second)
    assert messages[-1] == user(second)
    assert str(messages[0]["content"]).startswith(game.system_prompt)
    assert ("so far" in str(messages)) == (history != "none")


@pytest.mark.parametrize("name", ["tic_tac_toe", "wordle"])
def test_an_ideal_scratchpad_needs_an_environment_that_knows_it(name: str) -> None:
    with pytest.raises(GameError, match="as key_door can; this one works with none, full or scratchpad"):
        memory("optimal_scratchpad", make(name, {}))


def test_a_history_that_there_is_not_gets_the_known_ones() -> None:
    with pytest.raises(GameError, match="'some'; known: none, full, scratchpad, optimal_scratchpad"):
        memory("some", KeyDoor())
