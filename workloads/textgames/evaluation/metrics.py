"""The metrics of an evaluation, as `metrics.json` has them and gates read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workloads.textgames.evaluation.scores import Outcome, Score, pair

Metrics = dict[str, float]


def metrics(
    judged: str, champion: str | None, outcomes: Mapping[str, Sequence[Outcome]], scores: Mapping[str, Score]
) -> Metrics:
    """The judged player's metrics by plain names, the others' below their names.

    `champion` is the player that stands for the champion: with one, the judged player's metrics say what
    came of the same seeds, and those of the champion are there whoever stands for it.
    """
    found = _of_player(scores[judged])
    if champion is not None:
        compared = pair(outcomes[judged], outcomes[champion])
        found |= {
            "success_rate.gained": compared.gained,
            "success_rate.lost": compared.lost,
            "reward.paired_stddev": compared.paired_stddev,
        }
        found |= _below("champion", _of_player(scores[champion]))
    if "start" in scores:
        found |= _below("start", _of_player(scores["start"]))
    return found


def _of_player(score: Score) -> Metrics:
    """A rate with its trials, means, the reward's with the spread and the size of its sample."""
    return {
        "success_rate": score.success_rate,
        "success_rate.trials": score.episodes,
        "reward": score.reward,
        "reward.stddev": score.reward_stddev,
        "reward.count": score.episodes,
        "turns": score.turns,
        "tokens_per_second": score.tokens_per_second,
    }


def _below(name: str, found: Metrics) -> Metrics:
    return {f"{name}.{key}": value for key, value in found.items()}
