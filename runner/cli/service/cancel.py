"""`runner service cancel RUN`."""

from __future__ import annotations

import click

from runner.cli.options import json_option
from runner.cli.service.reaching import Where, reached, service_options


@click.command()
@click.argument("run")
@service_options
@json_option
def command(where: Where, run: str, as_json: bool) -> None:
    """End a training; what it has so far is kept.

    \b
    Examples:
      runner service cancel 20261120-150405-1a2b
    """
    import msgspec

    from runner.cli.service.training import show
    from runner.cli.service.waiting import status_line

    with reached(where) as service, status_line("cancelling"):
        training = service.cancel(run)
    if as_json:
        click.echo(msgspec.json.encode(training))
    else:
        show(training)
