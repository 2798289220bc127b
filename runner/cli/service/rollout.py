"""`runner service rollout`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from runner.cli.options import json_option
from runner.cli.service.playing import playing_options, request_fields
from runner.cli.service.reaching import Where, reached, service_options

if TYPE_CHECKING:
    from runner.service_client import Ended, ServiceClient, Turn
    from runner.service_client.models import RolloutRequest


@click.command()
@service_options
@playing_options
@click.option("--stream", is_flag=True, help="Show each turn as it is played.")
@json_option
def command(where: Where, stream: bool, as_json: bool, **given: Any) -> None:
    """Have a policy play one episode, and show it.

    With --stream and --json there is a line of JSON for each turn, and one for the end.

    \b
    Examples:
      runner service rollout --env-type tic_tac_toe --max-steps 20 --temperature 0.8
      runner service rollout --job service-textgames --env-config '{"size": 4}' --stream
    """
    from runner.service_client import RolloutRequest

    request = RolloutRequest(**request_fields(given))
    with reached(where) as service:
        if stream:
            _streamed(service, request, as_json)
        else:
            _whole(service, request, as_json)


def _whole(service: ServiceClient, request: RolloutRequest, as_json: bool) -> None:
    import msgspec

    from runner.cli.service.waiting import status_line

    with status_line("playing"):
        rollout = service.rollout(request)
    if as_json:
        click.echo(msgspec.json.encode(rollout))
    else:
        _show([*rollout.trajectory, rollout])


def _streamed(service: ServiceClient, request: RolloutRequest, as_json: bool) -> None:
    import msgspec

    from runner.service_client import Turn

    told = service.stream_rollout(request)
    if not as_json:
        _show(told)
        return
    for each in told:
        click.echo(msgspec.json.encode({"turn": each} if isinstance(each, Turn) else each))


def _show(told: Iterable[Turn | Ended]) -> None:
    from runner.service_client import Turn

    for each in told:
        if isinstance(each, Turn):
            _show_turn(each)
        else:
            _show_end(each)


def _show_turn(turn: Turn) -> None:
    from runner.cli.terminal import harmless, say
    from runner.results.numbers import compact

    say(f"step {turn.step}", bold=True)
    for line in harmless(turn.observation).splitlines():
        say(f"  {line}".rstrip())
    for line in harmless(turn.action).splitlines():
        say(f"  > {line}", fg="cyan")
    say(f"  reward {compact(turn.reward)}" + (", done" if turn.done else ""))


def _show_end(ended: Ended) -> None:
    from runner.cli.terminal import harmless, say
    from runner.results.numbers import compact

    summary = ended.summary
    how = "success" if summary.success else "out of steps" if summary.truncated else "no success"
    say(
        f"{how}: total reward {compact(summary.total_reward)} in {summary.steps_taken} steps, "
        f"{summary.tokens} tokens",
        fg="green" if summary.success else "yellow",
        bold=True,
    )
    seed = "" if summary.seed is None else f", seed {summary.seed}"
    adapter = f" with {ended.adapter}" if ended.adapter else ""
    say(harmless(f"{ended.model}{adapter}, {ended.env_type}, {ended.history_strategy}{seed}"))
