"""Scripted players, by the names that models have at the stand-in.

`perfect` and `random` know every game, and which one it is by what they see. `random` draws with the seed
of the request, so that it plays the same way twice. `mute` says nothing that any game understands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from types import ModuleType

from tests.standins.openai.chat import Chat
from tests.standins.openai.players import calls, key_door, tic_tac_toe, wordle


def perfect(chat: Chat) -> str:
    """The best reply that is known."""
    return str(_game(chat).perfect(chat))


def random(chat: Chat) -> str:
    """Some reply of the right form."""
    return str(_game(chat).random(chat, Random(f"{chat.seed} {chat.last}")))


def mute(chat: Chat) -> str:
    """A reply of no form at all."""
    return "I would rather not."


def _game(chat: Chat) -> ModuleType:
    if chat.tools:
        return calls
    if "Tic-Tac-Toe" in chat.rules:
        return tic_tac_toe
    return wordle if "ordle" in chat.rules else key_door


PLAYERS: Mapping[str, Callable[[Chat], str]] = {"perfect": perfect, "random": random, "mute": mute}
