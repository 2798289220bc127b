"""Key and door: a dark maze of rooms in a square. One holds a key, another the door that it unlocks.

A player sees the room that it stands in, and no other. The reward is 0.1 for the key and 1 for the door;
whoever runs out of steps gets -0.5 in place of what the last step earned. Rules, observations and the order
of the random draws are those of ludic's KeyDoor.
"""

from __future__ import annotations

import random
from typing import Any, Final

from workloads.textgames.envs.arguments import whole
from workloads.textgames.envs.base import Step
from workloads.textgames.envs.tags import echo, tagged

Room = tuple[int, int]
"""Row and column, from the top left."""

MOVES: Final = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}
ACTIONS: Final = (*MOVES, "interact")
KEY_REWARD: Final = 0.1
DOOR_REWARD: Final = 1.0
LATE_REWARD: Final = -0.5

SYSTEM: Final = (
    "You are in a maze of rooms that lie in a square grid. Your goal is to find the key, pick it up, find "
    "the door and unlock it with the key. Your moves are 'up', 'down', 'left' and 'right', and you can "
    "'interact' with what is in the room where you are. Wrap your move in <action>...</action>, like this: "
    "<action>interact</action>. The key is not picked up and the door is not unlocked by itself: when you "
    "see one of them, use 'interact'."
)
QUESTION: Final = " What is your next move?"


class KeyDoor:
    """A maze of `size` times `size` rooms, with `max_steps` replies, invalid ones among them."""

    system_prompt = SYSTEM

    def __init__(self, *, size: int = 4, max_steps: int = 35) -> None:
        self.size = whole("size", size, 2, 100)
        self.max_turns = whole("max_steps", max_steps, 1, 10_000)
        self.tools: list[dict[str, Any]] = []

    def reset(self, seed: int) -> str:
        """Draws where the player, the key and the door are: three different rooms."""
        rooms = [(row, column) for row in range(self.size) for column in range(self.size)]
        self._place, self._key, self._door = random.Random(seed).sample(rooms, 3)
        self._has_key = False
        self._done = False
        self._steps = 0
        self._seen: dict[Room, str] = {}
        self._look()
        return self._view()

    def step(self, text: str) -> Step:
        """Takes one action. After the end nothing happens any more."""
        if self._done:
            told = "The game has already ended. Please call reset()."
            return Step(told, 0.0, True, {"event": "action_after_done", "success": False})
        self._steps += 1
        info: dict[str, Any] = {"raw_input": text}
        try:
            action = _action(text)
        except ValueError as error:
            return self._invalid(str(error), info)
        info["action_taken"] = action
        told, reward = self._interact(info) if action == "interact" else self._move(action, info)
        if not self._done and self._steps >= self.max_turns:
            self._done = True
            info["event"] = "max_steps_reached"
            told, reward = f"{told}You ran out of time. ", LATE_REWARD
        if not self._done:
            return Step(told + self._view(), reward, False, info)
        info["success"] = info["event"] == "door_unlocked"
        ending = "Congratulations, you escaped the maze!" if info["success"] else "Game over."
        return Step(f"{told}{self._view().removesuffix(QUESTION)} {ending}", reward, True, info)

    def optimal_scratchpad(self) -> str:
        """What was seen so far, in one line; empty before the first reply."""
        if self._steps == 0:
            return ""
        where = {seen: str(room) for room, seen in self._seen.items()}
        empty = sorted(str(room) for room, seen in self._seen.items() if seen == "empty")
        parts = [
            f"Status: {'I have the key' if self._has_key else 'I do not have the key'}.",
            f"Key location: {where.get('key', 'unknown')}.",
            f"Door location: {where.get('door', 'unknown')}.",
        ]
        return " ".join(parts + ([f"Visited empty rooms: {', '.join(empty)}."] if empty else []))

    def _move(self, action: str, info: dict[str, Any]) -> tuple[str, float]:
        before = self._place
        down, right = MOVES[action]
        row, column = before[0] + down, before[1] + right
        self._place = (min(max(row, 0), self.size - 1), min(max(column, 0), self.size - 1))
        info["new_pos"] = list(self._place)
        self._look()
        bumped = f"You tried to move {action} but bumped into a wall. "
        return bumped if self._place == before else "", 0.0

    def _interact(self, info: dict[str, Any]) -> tuple[str, float]:
        told = "You chose to interact. "
        if self._place == self._key and not self._has_key:
            self._has_key = True
            self._seen[self._place] = "empty"
            info["event"] = "key_picked_up"
            return f"{told}You picked up the key! ", KEY_REWARD
        if self._place != self._door:
            info["event"] = "interact_nothing"
            return f"{told}There was nothing to interact with here. ", 0.0
        if not self._has_key:
            info["event"] = "interact_locked_door_fail"
            return f"{told}The door is locked, and you don't have the key. ", 0.0
        self._done = True
        info["event"] = "door_unlocked"
        return f"{told}You unlocked the door! ", DOOR_REWARD

    def _invalid(self, error: str, info: dict[str, Any]) -> Step:
        told = f"Your input was invalid: {error}. "
        info["error"] = error
        if self._steps < self.max_turns:
            info["illegal_move_or_parse_error"] = True
            return Step(told + self._view(), 0.0, False, info)
        self._done = True
        info |= {"event": "max_steps_reached_on_invalid", "success": False}
        late = f"{told}{self._view().removesuffix(QUESTION)} You also ran out of time."
        return Step(late, LATE_REWARD, True, info)

    def _look(self) -> None:
        here = "key" if self._place == self._key else "door" if self._place == self._door else "empty"
        self._seen.setdefault(self._place, here)

    def _view(self) -> str:
        row, column = self._place
        if self._place == self._key and not self._has_key:
            room = "You see a key on the floor. "
        elif self._place == self._door:
            room = "You see a large, locked door. "
        else:
            room = "The room you are currently in is empty. "
        ways = [
            f"{name} to ({row + down}, {column + right})"
            for name, (down, right) in MOVES.items()
            if 0 <= row + down < self.size and 0 <= column + right < self.size
        ]
        return (
            f"You are at position {self._place} in a {self.size}x{self.size} grid. "
            f"You are {'carrying the key' if self._has_key else 'not carrying a key'}. {room}"
            f"Your available actions are: {', '.join([*ways, 'interact'])}.{QUESTION}"
        )


def _action(text: str) -> str:
    """The action of a reply. Raises ValueError with what the player is told."""
    inside = tagged(text, "action", closed=False)
    if inside is None:
        raise ValueError("You need to wrap your action in <action>...</action>!")
    action = inside.lower().strip()
    if action not in ACTIONS:
        raise ValueError(f"Invalid action '{echo(action)}'. Choose from: {ACTIONS}")
    return action
