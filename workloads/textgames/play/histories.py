"""What a player is shown of the past.

- `none`: the rules and what is seen now.
- `full`: all that was seen and said in the episode.
- `scratchpad`: the rules, and what the player itself wrote down in its last `<scratchpad>`.
- `optimal_scratchpad`: what an ideal player would have written down, from environments that can tell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from workloads.textgames.envs.base import Environment, GameError, Remembers
from workloads.textgames.envs.tags import tagged
from workloads.textgames.play.player import Message

LONGEST: Final = 4000
"""The characters of a scratchpad that are kept."""

INSTRUCTIONS: Final = (
    "\n\n## Your Memory:\n"
    "You see only the current message, and what you wrote down in your last reply. Begin each reply with a "
    "<scratchpad> tag that holds the facts worth keeping, then give your answer in the form asked for above. "
    "What you write there replaces all that you wrote before: repeat what still matters, and leave out what "
    "each message tells you anyway.\n"
    "Example: <scratchpad>what I know so far</scratchpad>"
)
REMEMBERED: Final = "\n\n## Your Current Memory (from previous turn):\n"
PROVIDED: Final = "## Your Current Memory (provided by the environment):\n"
OBSERVED: Final = "\n\n## Current Observation:\n"


class Memory(Protocol):
    """The past of one episode. The environment has been reset before it is asked."""

    def messages(self, observation: str) -> list[Message]:
        """The conversation that waits for a reply to this observation."""
        ...

    def heard(self, observation: str, reply: str) -> None:
        """Takes in a reply, once the environment has."""
        ...


class Nothing:
    """The rules and the observation."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def messages(self, observation: str) -> list[Message]:
        """The rules and the observation."""
        return [*_rules(self._environment.system_prompt), _says("user", observation)]

    def heard(self, observation: str, reply: str) -> None:
        """Forgets it."""


class Everything:
    """All observations and replies of the episode."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._past: list[Message] = []

    def messages(self, observation: str) -> list[Message]:
        """The rules, the past, and the observation."""
        now = _says("user", observation)
        return [*_rules(self._environment.system_prompt), *(dict(said) for said in self._past), now]

    def heard(self, observation: str, reply: str) -> None:
        """Keeps both."""
        self._past += [_says("user", observation), _says("assistant", reply)]


class Scratchpad:
    """What the player last wrote between `<scratchpad>` and `</scratchpad>`; kept where a reply has none."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._written = ""

    def messages(self, observation: str) -> list[Message]:
        """The rules with the instructions and what was written, and the observation."""
        memory = f"{REMEMBERED}{self._written}" if self._written else ""
        rules = f"{self._environment.system_prompt}{INSTRUCTIONS}{memory}"
        return [_says("system", rules), _says("user", observation)]

    def heard(self, observation: str, reply: str) -> None:
        """Replaces what was written."""
        written = tagged(reply, "scratchpad")
        if written is not None:
            self._written = written[:LONGEST]


class OptimalScratchpad:
    """What the environment says that is known so far."""

    def __init__(self, environment: Environment) -> None:
        if not isinstance(environment, Remembers):
            raise GameError(
                "the history optimal_scratchpad needs an environment that can write it, as key_door can; "
                "this one works with none, full or scratchpad"
            )
        self._environment = environment
        self._remembers: Remembers = environment

    def messages(self, observation: str) -> list[Message]:
        """The rules, and the observation after what is known."""
        known = self._remembers.optimal_scratchpad()
        seen = f"{PROVIDED}{known}{OBSERVED}{observation}" if known else observation
        return [*_rules(self._environment.system_prompt), _says("user", seen)]

    def heard(self, observation: str, reply: str) -> None:
        """Nothing to do: the environment remembers."""


HISTORIES: Final[dict[str, Callable[[Environment], Memory]]] = {
    "none": Nothing,
    "full": Everything,
    "scratchpad": Scratchpad,
    "optimal_scratchpad": OptimalScratchpad,
}


def memory(history: str, environment: Environment) -> Memory:
    """An empty memory for one episode. Raises GameError for a history that there is not for it."""
    kind = HISTORIES.get(history)
    if kind is None:
        raise GameError(f"there is no history {history!r}; known: {', '.join(HISTORIES)}")
    return kind(environment)


def _rules(prompt: str) -> list[Message]:
    return [_says("system", prompt)] if prompt else []


def _says(role: str, content: str) -> Message:
    return {"role": role, "content": content}
