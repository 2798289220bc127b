"""What is told of episodes: turns, sums, and the numbers of an evaluation."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any, NamedTuple

from workloads.service.inference.plain import number, plain, text
from workloads.textgames.play.episodes import Episode, Turn


class Outcome(NamedTuple):
    """An episode in short."""

    seed: int
    reward: float
    steps: int
    success: bool
    truncated: bool
    tokens: int


def outcome(episode: Episode) -> Outcome:
    """An episode in short. It is truncated where a limit of turns ended it."""
    last = episode.turns[-1].info
    truncated = last.get("truncated") is True or str(last.get("event", "")).startswith(
        ("max_steps", "max_turns")
    )
    tokens = sum(turn.tokens for turn in episode.turns)
    return Outcome(
        episode.seed, number(episode.reward), len(episode.turns), episode.success, truncated, tokens
    )


def turn_fields(step: int, turn: Turn) -> dict[str, Any]:
    """A turn by the names of the interface."""
    return {
        "step": step,
        "observation": text(turn.observation),
        "action": text(turn.reply),
        "reward": number(turn.reward),
        "done": turn.done,
        "info": plain(turn.info),
        "tokens": turn.tokens,
    }


def summary_fields(found: Outcome) -> dict[str, Any]:
    """An episode's sums by the names of the interface."""
    return {
        "total_reward": found.reward,
        "steps_taken": found.steps,
        "success": found.success,
        "truncated": found.truncated,
        "seed": found.seed,
        "tokens": found.tokens,
    }


def result_fields(found: Sequence[Outcome]) -> dict[str, Any]:
    """The numbers of an evaluation. The deviation is the sample's; 0 of a single episode."""
    rewards = [one.reward for one in found]
    return {
        "success_rate": statistics.fmean(one.success for one in found),
        "mean_reward": statistics.fmean(rewards),
        "reward_stddev": statistics.stdev(rewards) if len(rewards) > 1 else 0.0,
        "mean_steps": statistics.fmean(one.steps for one in found),
        "episodes": len(found),
        "tokens": sum(one.tokens for one in found),
    }
