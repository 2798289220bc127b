"""TRL's `rollout_func` for every environment and history: plays episodes and returns their tokens."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from workloads.textgames.envs import registry
from workloads.textgames.envs.base import Environment, GameError
from workloads.textgames.play.episodes import Episode, Seat
from workloads.textgames.play.player import Message
from workloads.textgames.settings import TrainSettings
from workloads.textgames.training.prompts import seed_of
from workloads.textgames.training.signals import Signals
from workloads.textgames.training.tables import Table
from workloads.textgames.training.tally import Tally
from workloads.textgames.training.tokens import Renderer, Stream

Score = Callable[[Episode], float]
Finished = Callable[[int, Episode], None]


class RolloutError(Exception):
    """Episodes cannot be played for training: one sentence."""


class Plan(NamedTuple):
    """What a rollout is made with.

    `limit` is the most tokens of a context and its reply together, as engine and model have it. `score` is
    the reward of an episode, `finished` is told the first episode of each rollout with the step it is for.
    """

    settings: TrainSettings
    limit: int
    tally: Tally
    signals: Signals
    score: Score
    finished: Finished


class Rollout:
    """Plays episodes in lock-step: one generation per turn for all that are live, by the trainer's engine."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._environments: list[Environment] = []

    def __call__(self, prompts: Sequence[Sequence[Message]], trainer: Any) -> dict[str, Any]:
        """One episode per prompt.

        Returns lists with an entry per prompt: `prompt_ids`, `completion_ids`, `logprobs` (None where the
        engine says none), `env_mask` (1 for tokens of the model), `returns` and `successes`.
        Raises GameError and RolloutError.
        """
        seeds = [seed_of(prompt) for prompt in prompts]
        size = self._plan.settings.training.num_generations
        check_groups(seeds, size)
        began = time.monotonic()
        with self._plan.signals.interruptible():
            tables = self._play(seeds, trainer)
        episodes = [table.episode() for table in tables]
        self._count(tables, episodes, time.monotonic() - began)
        self._plan.finished(trainer.state.global_step + 1, episodes[0])
        end = trainer.processing_class.eos_token_id
        streams = [table.sample(place % size, end) for place, table in enumerate(tables)]
        return columns(streams) | {
            "returns": [self._plan.score(episode) for episode in episodes],
            "successes": [episode.success for episode in episodes],
        }

    def _play(self, seeds: Sequence[int], trainer: Any) -> list[Table]:
        settings = self._plan.settings
        renderer = Renderer(trainer.processing_class)
        room = self._plan.limit - settings.sampling.max_tokens
        one_stream = settings.environment.history == "full"
        tables = [Table(seat, renderer, room, one_stream=one_stream) for seat in self._seats(seeds)]
        live = [table for table in tables if table.waits()]
        while live:
            contexts = [table.context for table in live]
            replies, logprobs = trainer._generate_single_turn(contexts, None, {}, 1)
            for table, reply, each in zip(live, replies, logprobs or [None] * len(live), strict=True):
                self._guarded(table.take, reply, each)
            live = [table for table in live if self._guarded(table.waits)]
        return tables

    def _seats(self, seeds: Sequence[int]) -> list[Seat]:
        chosen = self._plan.settings.environment
        while len(self._environments) < len(seeds):
            self._environments.append(registry.make(chosen.name, chosen.arguments))
        return [
            self._guarded(Seat, environment, seed, chosen.history, chosen.max_turns)
            for environment, seed in zip(self._environments, seeds, strict=False)
        ]

    def _guarded(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """Calls what plays; an error in the environment becomes one sentence."""
        try:
            return call(*arguments)
        except GameError:
            raise
        except Exception as error:
            name = self._plan.settings.environment.name
            said = " ".join(str(error).split())
            raise GameError(f"the environment {name} failed: {type(error).__name__}: {said}") from error

    def _count(self, tables: Sequence[Table], episodes: Sequence[Episode], seconds: float) -> None:
        tally = self._plan.tally
        tally.episodes += len(episodes)
        tally.successes += sum(episode.success for episode in episodes)
        tally.turns += sum(len(episode.turns) for episode in episodes)
        tally.truncated += sum(table.truncated for table in tables)
        tally.tokens += sum(table.tokens for table in tables)
        tally.seconds += seconds


def episode_return(returns: Sequence[float], **_: Any) -> list[float]:
    """TRL's reward function: what the rollout found."""
    return list(returns)


def check_groups(seeds: Sequence[int], size: int) -> None:
    """Holds TRL to what its advantages rest on: `size` neighbours share a seed. Raises RolloutError."""
    groups = [set(seeds[first : first + size]) for first in range(0, len(seeds), size)]
    if len(seeds) % size or any(len(group) > 1 for group in groups):
        raise RolloutError(f"TRL asked for {len(seeds)} episodes that are not in groups of {size} by seed")


def columns(streams: Sequence[Stream]) -> dict[str, Any]:
    """Streams as TRL wants them. Raises RolloutError where a stream's parts differ in length."""
    drawn = any(stream.logprobs is not None for stream in streams)
    logprobs = [stream.logprobs or [0.0] * len(stream.tokens) for stream in streams] if drawn else None
    for place, stream in enumerate(streams):
        said = len(stream.tokens) if logprobs is None else len(logprobs[place])
        if not len(stream.tokens) == len(stream.mask) == said:
            raise RolloutError("a reply's tokens and their log-probabilities differ in number")
    return {
        "prompt_ids": [stream.prompt for stream in streams],
        "completion_ids": [stream.tokens for stream in streams],
        "logprobs": logprobs,
        "env_mask": [stream.mask for stream in streams],
    }
