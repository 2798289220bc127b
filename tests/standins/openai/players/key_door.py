"""Plays key_door from what it sees now, so that it needs no memory.

The perfect player walks in a circle through all rooms of a grid of even size, and takes the key and the
door as it comes by them: in a 4x4 grid after 32 steps at most.
"""

from __future__ import annotations

import re
from random import Random

from tests.standins.openai.chat import Chat

PLACE = re.compile(r"You are at position \((\d+), (\d+)\) in a (\d+)x")
ACTIONS = ("up", "down", "left", "right", "interact")


def perfect(chat: Chat) -> str:
    """Interacts where there is something to do, and walks on otherwise."""
    place = PLACE.search(chat.last)
    assert place, chat.last
    row, column, size = map(int, place.groups())
    carries = "You are carrying the key" in chat.last or "grid. You are carrying" in chat.last
    if "You see a key" in chat.last or (carries and "locked door" in chat.last):
        return _say("interact")
    return _say(_onward(row, column, size))


def random(chat: Chat, chance: Random) -> str:
    """Any of the five actions."""
    return _say(chance.choice(ACTIONS))


def _onward(row: int, column: int, size: int) -> str:
    """The next step of the circle: to and fro through the columns from 1, and back up through column 0."""
    if column == 0:
        return "up" if row else "right"
    if row % 2 == 0:
        return "right" if column < size - 1 else "down"
    return "down" if column == 1 and row < size - 1 else "left"


def _say(action: str) -> str:
    return f"I go on. <action>{action}</action>"
