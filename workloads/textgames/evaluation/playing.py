"""Lets a player play all episodes: each turn goes to the transcripts, progress to the output."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from workloads.textgames.envs.base import Environment
from workloads.textgames.envs.registry import make
from workloads.textgames.evaluation.document import Played
from workloads.textgames.evaluation.scores import Outcome, score
from workloads.textgames.evaluation.transcripts import Transcripts
from workloads.textgames.play.episodes import Episode, Turn, play
from workloads.textgames.play.histories import memory
from workloads.textgames.play.player import Player
from workloads.textgames.settings import EvaluateSettings

_PAUSE: Final = 5.0
"""Seconds between two lines of progress."""


class Table:
    """The environments of an evaluation, and the seeds that every player meets in them."""

    def __init__(self, settings: EvaluateSettings, first_seed: int) -> None:
        """Makes the environments, and tries the first one out. Raises GameError."""
        self.settings = settings
        self.seeds = range(first_seed, first_seed + settings.episodes)
        wanted = settings.environment
        count = min(settings.concurrency, settings.episodes)
        first = make(wanted.name, wanted.arguments)
        first.reset(first_seed)
        memory(wanted.history, first)
        others = [make(wanted.name, wanted.arguments) for _ in range(count - 1)]
        self._environments: Sequence[Environment] = [first, *others]

    def play(self, name: str, player: Player, transcripts: Transcripts) -> Played:
        """All episodes by one player. Raises GameError and PlayerError."""
        wanted, reports = self.settings.environment, _Reports(name, len(self.seeds), transcripts)
        began = time.monotonic()
        episodes = play(
            self._environments,
            self.seeds,
            wanted.history,
            player,
            wanted.max_turns,
            finished=reports.finished,
            taken=reports.taken,
        )
        outcomes = [_outcome(episode) for episode in episodes]
        return Played(outcomes, score(outcomes, time.monotonic() - began))


class _Reports:
    """What is told while one player plays."""

    def __init__(self, name: str, episodes: int, transcripts: Transcripts) -> None:
        self._name, self._episodes, self._transcripts = name, episodes, transcripts
        self._played = self._won = 0
        self._told = time.monotonic()

    def taken(self, seed: int, number: int, turn: Turn) -> None:
        """One line of the transcripts."""
        self._transcripts.write({"player": self._name, "seed": seed, "turn": number, **turn._asdict()})

    def finished(self, episode: Episode) -> None:
        """A line of progress, but no more often than every five seconds; always one for the last episode."""
        self._played += 1
        self._won += episode.success
        now = time.monotonic()
        if now - self._told >= _PAUSE or self._played == self._episodes:
            self._told = now
            rate = self._won / self._played
            print(f"{self._name}: {self._played}/{self._episodes} episodes  success {rate:.2f}", flush=True)


def _outcome(episode: Episode) -> Outcome:
    tokens = sum(turn.tokens for turn in episode.turns)
    return Outcome(episode.seed, episode.reward, episode.success, len(episode.turns), tokens)
