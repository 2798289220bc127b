"""The evaluation as a chart."""

from __future__ import annotations

from runner.kinds.language.evaluation import Evaluation
from runner.kinds.language.sections import CONFIDENCE, main_pair
from runner.results.intervals import estimate
from runner.results.model import Bar, BarChart


def charts(document: Evaluation) -> tuple[BarChart, ...]:
    """The rates of success side by side, and that of the champion as a line; nothing for a player alone."""
    pair = main_pair(document)
    if pair is None:
        return ()
    bars = []
    for player in document.players:
        (value, interval), _ = estimate(document.success_rate(player), CONFIDENCE)
        bars.append(Bar(player.name, value, interval.low, interval.high))
    reference = next(bar.value for bar in bars if bar.label == pair.against)
    return (BarChart("success-rate", "Success rate by player", "success rate", tuple(bars), reference),)
