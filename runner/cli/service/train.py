"""`runner service train`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runner.cli.options import json_option
from runner.cli.service.playing import ENVIRONMENT_OPTIONS, with_options
from runner.cli.service.reaching import Where, reached, service_options

if TYPE_CHECKING:
    from runner.service_client import ServiceClient, TrainingPlan, TrainingRequest, TrainingStarted

_OPTIONS = (
    click.option("--model-name", metavar="NAME", help="A model of the Hugging Face hub, or a folder."),
    *ENVIRONMENT_OPTIONS,
    click.option("--env-size", type=click.IntRange(min=1), help="key_door: rows of the maze."),
    click.option("--rollout-max-steps", type=click.IntRange(min=1), help="The most steps of an episode."),
    click.option("--output-dir", metavar="PATH", help="Where the weights land in the repository."),
    click.option("--learning-rate", type=click.FloatRange(min=0, min_open=True)),
    click.option("--batch-size", type=click.IntRange(min=1)),
    click.option("--max-steps", type=click.IntRange(min=1), help="Steps of the training."),
    click.option("--tensor-parallel-size", type=click.IntRange(min=1), help="GPUs that share the model."),
    click.option("--wandb-project", metavar="NAME"),
)


@click.command()
@service_options
@with_options(_OPTIONS)
@click.option("--dry-run", is_flag=True, help="Only say what it would cost.")
@click.option("--wait", "waits", is_flag=True, help="Wait for its end; exits with 1 unless it succeeded.")
@click.option("--key", help="What asks for it: the same key never starts a second one.")
@json_option
def command(where: Where, dry_run: bool, waits: bool, key: str | None, as_json: bool, **given: Any) -> int:
    """Start a training: the service's manifest, with these values in place of its own.

    It is a run like any other, within the manifest's budget; its weights come home as a pull request.

    \b
    Examples:
      runner service train --env-type key_door --env-size 4 --max-steps 500 --dry-run
      runner service train --learning-rate 1e-5 --batch-size 16 --wait
    """
    from runner.service_client import TrainingRequest

    request = TrainingRequest(**given)
    with reached(where) as service:
        if dry_run:
            _show_plan(service.plan_training(request), as_json)
            return 0
        started = _start(service, request, key)
        if not waits or not as_json:
            _show_started(started, where, as_json)
        return _await(service, started.run, as_json) if waits else 0


def _start(service: ServiceClient, request: TrainingRequest, key: str | None) -> TrainingStarted:
    from uuid import uuid4

    from runner.cli.service.waiting import status_line
    from runner.service_client import ServiceError

    key = key or str(uuid4())
    try:
        with status_line("starting"):
            return service.start_training(request, key)
    except ServiceError as error:
        if error.status == 0 and error.processed:
            error.fix = f"repeat it with --key {key}, which starts no second one"
        raise


def _await(service: ServiceClient, run: str, as_json: bool) -> int:
    import msgspec

    from runner.cli.service.training import await_end, exit_code, show

    ended = await_end(service, run)
    if as_json:
        click.echo(msgspec.json.encode(ended))
    else:
        show(ended)
    return exit_code(ended)


def _show_plan(plan: TrainingPlan, as_json: bool) -> None:
    import msgspec

    from runner.cli.terminal import harmless

    if as_json:
        click.echo(msgspec.json.encode(plan))
        return
    click.echo(harmless(f"{plan.job} would be run{_price(plan)}; nothing was started"))


def _show_started(started: TrainingStarted, where: Where, as_json: bool) -> None:
    import msgspec

    from runner.cli.service.training import arguments
    from runner.cli.terminal import harmless

    if as_json:
        click.echo(msgspec.json.encode(started))
        return
    click.echo(harmless(f"{started.job} {started.run} is {started.status}{_price(started)}"))
    click.echo("next:")
    for verb in ("status", "cancel"):
        click.echo(harmless(f"  runner service {verb} {started.run} {arguments(where)}"))
    click.echo("  runner collect        # brings home what was trained at a provider: its pull request")


def _price(priced: TrainingPlan | TrainingStarted) -> str:
    from runner.wording import dollars

    bound = "" if priced.bound_usd is None else f", at most {dollars(priced.bound_usd)}"
    if priced.estimate_usd is None:
        return bound
    low, high = priced.estimate_usd
    return f"{bound}, probably {dollars(low)} to {dollars(high)}"
