"""Key and door: every sentence, every reward, every event."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.textgames.envs.base import Step
from workloads.textgames.envs.key_door import KeyDoor, Room

WAYS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}


def rooms(seed: int, size: int = 4) -> tuple[Room, Room, Room]:
    """Where the player, the key and the door are."""
    every = [(row, column) for row in range(size) for column in range(size)]
    player, key, door = random.Random(seed).sample(every, 3)
    return player, key, door


def seed_where(holds: Callable[[Room, Room, Room], bool]) -> int:
    return next(seed for seed in range(10_000) if holds(*rooms(seed)))


def act(game: KeyDoor, action: str) -> Step:
    return game.step(f"<action>{action}</action>")


def walk(game: KeyDoor, start: Room, end: Room) -> None:
    """Goes there without interacting."""
    down, right = end[0] - start[0], end[1] - start[1]
    for _ in range(abs(down)):
        act(game, "down" if down > 0 else "up")
    for _ in range(abs(right)):
        act(game, "right" if right > 0 else "left")


def test_the_first_view_says_where_the_player_is_and_what_it_can_do() -> None:
    seed = seed_where(lambda player, key, door: player == (0, 2))
    assert KeyDoor().reset(seed) == (
        "You are at position (0, 2) in a 4x4 grid. You are not carrying a key. The room you are currently in "
        "is empty. Your available actions are: down to (1, 2), left to (0, 1), right to (0, 3), interact. "
        "What is your next move?"
    )


def test_in_the_middle_all_ways_are_open_in_their_order() -> None:
    seed = seed_where(lambda player, key, door: player == (1, 1))
    assert (
        "are: up to (0, 1), down to (2, 1), left to (1, 0), right to (1, 2), interact. "
        in KeyDoor().reset(seed)
    )


@given(st.integers(0, 2**32 - 1), st.integers(2, 9))
def test_the_rooms_are_a_sample_of_all_by_rows(seed: int, size: int) -> None:
    player, _, _ = rooms(seed, size)
    before = random.getstate()
    assert (
        KeyDoor(size=size).reset(seed).startswith(f"You are at position {player} in a {size}x{size} grid. ")
    )
    assert random.getstate() == before


def test_a_wall_stops_the_player() -> None:
    seed = seed_where(lambda player, key, door: player == (0, 0))
    game = KeyDoor()
    view = game.reset(seed)
    step = act(game, "up")
    assert step.observation == f"You tried to move up but bumped into a wall. {view}"
    assert (step.reward, step.done) == (0.0, False)
    assert step.info == {"raw_input": "<action>up</action>", "action_taken": "up", "new_pos": [0, 0]}


def test_a_step_is_told_by_its_view_alone() -> None:
    seed = seed_where(lambda player, key, door: player == (0, 0) and key == (1, 0))
    game = KeyDoor()
    game.reset(seed)
    step = act(game, "down")
    assert step.observation == (
        "You are at position (1, 0) in a 4x4 grid. You are not carrying a key. You see a key on the floor. "
        "Your available actions are: up to (0, 0), down to (2, 0), right to (1, 1), interact. "
        "What is your next move?"
    )
    assert step.info["new_pos"] == [1, 0]


@pytest.mark.parametrize(
    "reply", ["<action> UP\n</action>", "I think <action>up", "<action>up</action><action>down</action>"]
)
def test_an_action_may_be_spaced_shouted_or_left_open(reply: str) -> None:
    seed = seed_where(lambda player, key, door: player == (2, 2))
    game = KeyDoor()
    game.reset(seed)
    assert game.step(reply).info["new_pos"] == [1, 2]


def test_a_whole_game_earns_1_1() -> None:
    player, key, door = rooms(7)
    game = KeyDoor()
    game.reset(7)
    walk(game, player, key)
    taken = act(game, "interact")
    assert taken.observation.startswith("You chose to interact. You picked up the key! You are at position ")
    assert "You are carrying the key. The room you are currently in is empty. " in taken.observation
    assert (taken.reward, taken.done, taken.info["event"]) == (0.1, False, "key_picked_up")
    walk(game, key, door)
    opened = act(game, "interact")
    assert opened.observation.startswith(
        f"You chose to interact. You unlocked the door! You are at position {door} in a 4x4 grid. "
        "You are carrying the key. You see a large, locked door. Your available actions are: "
    )
    assert opened.observation.endswith(", interact. Congratulations, you escaped the maze!")
    assert (opened.reward, opened.done) == (1.0, True)
    assert (opened.info["event"], opened.info["success"]) == ("door_unlocked", True)


def test_the_door_stays_shut_without_the_key() -> None:
    player, _, door = rooms(3)
    game = KeyDoor()
    game.reset(3)
    walk(game, player, door)
    step = act(game, "interact")
    told = "You chose to interact. The door is locked, and you don't have the key. You are at position "
    assert step.observation.startswith(told)
    assert (step.reward, step.done, step.info["event"]) == (0.0, False, "interact_locked_door_fail")


def test_an_empty_room_has_nothing_to_interact_with() -> None:
    game = KeyDoor()
    view = game.reset(0)
    step = act(game, "interact")
    assert step.observation == f"You chose to interact. There was nothing to interact with here. {view}"
    assert (step.reward, step.done, step.info["event"]) == (0.0, False, "interact_nothing")


def test_walking_over_the_key_does_not_take_it() -> None:
    player, key, _ = rooms(7)
    game = KeyDoor()
    game.reset(7)
    walk(game, player, key)
    walk(game, key, player)
    assert "You are not carrying a key. " in act(game, "interact").observation


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ("up", "You need to wrap your action in <action>...</action>!"),
        (
            "<action>Jump</action>",
            "Invalid action 'jump'. Choose from: ('up', 'down', 'left', 'right', 'interact')",
        ),
    ],
)
def test_an_invalid_reply_is_told_why(reply: str, error: str) -> None:
    game = KeyDoor()
    view = game.reset(0)
    step = game.step(reply)
    assert step == (
        f"Your input was invalid: {error}. {view}",
        0.0,
        False,
        {"raw_input": reply, "illegal_move_or_parse_error": True, "error": error},
    )


def test_a_long_invalid_reply_is_repeated_in_part() -> None:
    game = KeyDoor()
    game.reset(0)
    assert len(game.step(f"<action>{'x' * 100_000}</action>").observation) < 600


def test_who_runs_out_of_steps_pays() -> None:
    game = KeyDoor(max_steps=2)
    view = game.reset(0)
    act(game, "interact")
    step = act(game, "interact")
    told = "You chose to interact. There was nothing to interact with here. You ran out of time. "
    assert step.observation == f"{told}{view.removesuffix(' What is your next move?')} Game over."
    assert (step.reward, step.done) == (-0.5, True)
    assert (step.info["event"], step.info["success"]) == ("max_steps_reached", False)


def test_invalid_replies_count_as_steps() -> None:
    game = KeyDoor(max_steps=2)
    view = game.reset(0)
    game.step("")
    step = game.step("")
    assert step.observation == (
        "Your input was invalid: You need to wrap your action in <action>...</action>!. "
        f"{view.removesuffix(' What is your next move?')} You also ran out of time."
    )
    assert (step.reward, step.done) == (-0.5, True)
    assert (step.info["event"], step.info["success"]) == ("max_steps_reached_on_invalid", False)


def test_a_key_that_is_taken_on_the_last_step_earns_nothing() -> None:
    seed = seed_where(lambda player, key, door: (player[0] + 1, player[1]) == key)
    game = KeyDoor(max_steps=2)
    game.reset(seed)
    act(game, "down")
    step = act(game, "interact")
    assert step.observation.startswith("You chose to interact. You picked up the key! You ran out of time. ")
    assert (step.reward, step.info["event"]) == (-0.5, "max_steps_reached")


def test_a_door_that_is_opened_on_the_last_step_is_open() -> None:
    seed = seed_where(
        lambda player, key, door: (player[0] + 1, player[1]) == key and (key[0] + 1, key[1]) == door
    )
    game = KeyDoor(max_steps=4)
    game.reset(seed)
    steps = [act(game, action) for action in ("down", "interact", "down", "interact")]
    assert [step.reward for step in steps] == [0.0, 0.1, 0.0, 1.0]
    assert steps[-1].info["event"] == "door_unlocked"


def test_nothing_happens_after_the_end() -> None:
    game = KeyDoor(max_steps=1)
    game.reset(0)
    act(game, "up")
    assert act(game, "up")[1:3] == (0.0, True)


def test_the_ideal_scratchpad_is_empty_at_first() -> None:
    game = KeyDoor()
    game.reset(0)
    assert game.optimal_scratchpad() == ""


def test_the_ideal_scratchpad_holds_what_was_seen() -> None:
    seed = seed_where(lambda player, key, door: (player, key, door) == ((0, 3), (1, 3), (2, 3)))
    game = KeyDoor()
    game.reset(seed)
    act(game, "up")
    assert game.optimal_scratchpad() == (
        "Status: I do not have the key. Key location: unknown. Door location: unknown. "
        "Visited empty rooms: (0, 3)."
    )
    act(game, "down")
    act(game, "down")
    assert game.optimal_scratchpad() == (
        "Status: I do not have the key. Key location: (1, 3). Door location: (2, 3). "
        "Visited empty rooms: (0, 3)."
    )
    act(game, "up")
    act(game, "interact")
    assert game.optimal_scratchpad() == (
        "Status: I have the key. Key location: unknown. Door location: (2, 3). "
        "Visited empty rooms: (0, 3), (1, 3)."
    )
