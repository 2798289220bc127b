"""The loop: episodes side by side, with one question to the player per turn for all of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from workloads.textgames.envs.base import Environment
from workloads.textgames.play.histories import Memory, memory
from workloads.textgames.play.player import Player, Reply, Request


class Turn(NamedTuple):
    """What was seen, what was replied, and what followed.

    `info["truncated"]` is there on the last turn of an episode that was cut short by `max_turns`.
    """

    observation: str
    reply: str
    reward: float
    done: bool
    info: dict[str, Any]
    tokens: int


class Episode(NamedTuple):
    """An episode from its reset to its end; `reward` is the sum of its turns'."""

    seed: int
    turns: list[Turn]
    reward: float
    success: bool


class Seat:
    """An environment in use: the episode that is being played there."""

    def __init__(self, environment: Environment, seed: int, history: str, max_turns: int | None) -> None:
        self.environment = environment
        self.seed = seed
        self._memory: Memory = memory(history, environment)
        self._observation = environment.reset(seed)
        self._limit = min(environment.max_turns, max_turns or environment.max_turns)
        self._turns: list[Turn] = []

    @property
    def over(self) -> bool:
        """Whether the last turn ended the episode."""
        return bool(self._turns) and self._turns[-1].done

    @property
    def last(self) -> tuple[int, Turn]:
        """The number of the last turn, from 1, and the turn."""
        return len(self._turns), self._turns[-1]

    def request(self) -> Request:
        """What the player is asked now."""
        messages = self._memory.messages(self._observation)
        return Request(messages, self.environment.tools, sampling_seed(self.seed, len(self._turns)))

    def take(self, reply: Reply) -> None:
        """Plays a reply."""
        step = self.environment.step(reply.text)
        self._memory.heard(self._observation, reply.text)
        truncated = not step.done and len(self._turns) + 1 >= self._limit
        info = {**step.info, "success": False, "truncated": True} if truncated else step.info
        done = step.done or truncated
        self._turns.append(Turn(self._observation, reply.text, step.reward, done, info, reply.tokens))
        self._observation = step.observation

    def episode(self) -> Episode:
        """What was played."""
        reward = sum(turn.reward for turn in self._turns)
        return Episode(self.seed, self._turns, reward, self._turns[-1].info.get("success") is True)


def play(
    environments: Sequence[Environment],
    seeds: Sequence[int],
    history: str,
    player: Player,
    max_turns: int | None = None,
    *,
    concurrency: int | None = None,
    finished: Callable[[Episode], None] | None = None,
    taken: Callable[[int, int, Turn], None] | None = None,
) -> list[Episode]:
    """One episode per seed, in the order of the seeds.

    At most `concurrency` episodes are live at a time, and no more than there are environments; when one
    ends, its environment begins the next. Each turn that was `taken` is reported at once, with the seed of
    its episode and its number from 1, and so is each `finished` episode. An episode depends on its seed and
    on the replies alone. Raises GameError and PlayerError.
    """
    if seeds and not environments:
        raise ValueError("episodes are played in an environment")
    free = list(environments)[: concurrency or len(environments)]
    waiting = list(enumerate(seeds))[::-1]
    live: dict[int, Seat] = {}
    episodes: dict[int, Episode] = {}
    while waiting or live:
        while waiting and free:
            place, seed = waiting.pop()
            live[place] = Seat(free.pop(), seed, history, max_turns)
        replies = player.replies([seat.request() for seat in live.values()])
        for (place, seat), reply in zip(list(live.items()), replies, strict=True):
            seat.take(reply)
            if taken is not None:
                taken(seat.seed, *seat.last)
            if seat.over:
                free.append(live.pop(place).environment)
                episodes[place] = seat.episode()
                if finished is not None:
                    finished(episodes[place])
    return [episodes[place] for place in sorted(episodes)]


def sampling_seed(seed: int, turn: int) -> int:
    """The seed of a turn's sampling, below 2^31: two players on the same episode draw with the same luck."""
    return random.Random(f"{seed} {turn}").getrandbits(31)
