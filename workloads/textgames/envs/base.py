"""What an environment is: a game in text, for one player, with its own seeded source of chance."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, runtime_checkable


class GameError(Exception):
    """An environment cannot be made, or its data cannot be had: one sentence, and what to do."""


class ArgumentError(GameError):
    """An environment's argument has a value that it cannot have. `make` adds which arguments there are."""


class Step(NamedTuple):
    """What followed from a reply: what is seen next, the reward for it, whether the episode is over.

    `info` says what happened, in names and plain values; `info["success"]` is there when `done` is.
    """

    observation: str
    reward: float
    done: bool
    info: dict[str, Any]


class Environment(Protocol):
    """One episode at a time. The same seed and the same replies make the same episode, whatever else runs."""

    @property
    def system_prompt(self) -> str:
        """The rules, and the form of a reply. Known after `reset`."""
        ...

    @property
    def tools(self) -> list[dict[str, Any]]:
        """Functions that may be called, as JSON schemas in OpenAI's form; empty for plain text."""
        ...

    @property
    def max_turns(self) -> int:
        """The replies after which an episode is over at the latest."""
        ...

    def reset(self, seed: int) -> str:
        """Begins an episode and returns the first observation. Raises GameError."""
        ...

    def step(self, text: str) -> Step:
        """Takes a reply. A reply of the wrong form is an event of the game, never an exception."""
        ...


@runtime_checkable
class Remembers(Protocol):
    """An environment that can write the scratchpad which an ideal player would keep."""

    def optimal_scratchpad(self) -> str:
        """What is known so far; empty before the first reply."""
        ...
