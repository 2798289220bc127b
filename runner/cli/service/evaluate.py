"""`runner service evaluate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runner.cli.options import json_option
from runner.cli.service.playing import playing_options, request_fields
from runner.cli.service.reaching import Where, reached, service_options

if TYPE_CHECKING:
    from runner.results.statistics import Interval
    from runner.service_client import Evaluation, Results

CONFIDENCE = 0.95


@click.command()
@service_options
@playing_options
@click.option("--eval-episodes", type=click.IntRange(min=1), help="How many episodes.")
@json_option
def command(where: Where, as_json: bool, **given: Any) -> None:
    """Have a policy play many episodes, and say how it did, with 95 % intervals.

    \b
    Examples:
      runner service evaluate --env-type key_door --eval-episodes 20 --history-strategy FULL_HISTORY
      runner service evaluate --job service-textgames --adapter models/key-door --json
    """
    from runner.cli.service.waiting import status_line
    from runner.service_client import EvaluationRequest

    request = EvaluationRequest(**request_fields(given))
    with reached(where) as service, status_line("playing"):
        evaluation = service.evaluate(request)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(evaluation))
    else:
        _show(evaluation)


def _show(evaluation: Evaluation) -> None:
    from runner.cli.results import columns
    from runner.cli.terminal import harmless
    from runner.results.numbers import compact

    results = evaluation.results
    adapter = f" with {evaluation.adapter}" if evaluation.adapter else ""
    click.echo(
        harmless(
            f"{evaluation.model}{adapter}, {evaluation.env_type}, {evaluation.history_strategy}: "
            f"{results.episodes} episodes"
        )
    )
    rows = [
        ("", "value", "95 % interval"),
        ("success rate", f"{results.success_rate:.1%}", _rate_interval(results)),
        ("mean reward", compact(results.mean_reward), _mean_interval(results)),
        ("mean steps", "" if results.mean_steps is None else compact(results.mean_steps), ""),
        ("tokens", f"{results.tokens:,}", ""),
    ]
    click.echo(columns([row for row in rows if row[1]]))


def _rate_interval(results: Results) -> str:
    from runner.results.statistics import wilson_interval

    rate, count = results.success_rate, results.episodes
    if count < 1 or not 0 <= rate <= 1:
        return ""
    interval = wilson_interval(rate * count, count, CONFIDENCE)
    return f"{interval.low:.1%} to {interval.high:.1%} (Wilson)"


def _mean_interval(results: Results) -> str:
    from runner.results.numbers import compact
    from runner.results.statistics import mean_interval

    # Where all rewards are the same, an interval without width would pass for certainty.
    if results.episodes < 2 or results.reward_stddev is None or not results.reward_stddev > 0:
        return ""
    interval: Interval = mean_interval(
        results.mean_reward, results.reward_stddev, results.episodes, CONFIDENCE
    )
    return f"{compact(interval.low)} to {compact(interval.high)} (Student t)"
