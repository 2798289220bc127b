"""`runner service status [RUN]`."""

from __future__ import annotations

import click

from runner.cli.options import json_option
from runner.cli.service.reaching import Where, reached, service_options


@click.command()
@click.argument("run", required=False)
@service_options
@click.option("--wait", "waits", is_flag=True, help="Wait for its end; exits with 1 unless it succeeded.")
@json_option
def command(where: Where, run: str | None, waits: bool, as_json: bool) -> int:
    """List the trainings of a service, or show one.

    \b
    Examples:
      runner service status
      runner service status 20261120-150405-1a2b --wait
    """
    import msgspec

    from runner.cli.service.training import await_end, exit_code, show
    from runner.cli.service.waiting import status_line

    if waits and run is None:
        raise click.UsageError("--wait needs a RUN.")
    with reached(where) as service:
        if run is None:
            with status_line("asking"):
                trainings = service.trainings()
        elif waits:
            trainings = (await_end(service, run),)
        else:
            with status_line("asking"):
                trainings = (service.training(run),)
    if as_json:
        click.echo(msgspec.json.encode(trainings if run is None else trainings[0]))
    elif not trainings:
        click.echo("no trainings yet; start one with: runner service train")
    else:
        for training in trainings:
            show(training)
    return exit_code(trainings[0]) if waits else 0
