"""`runner service health`."""

from __future__ import annotations

import click

from runner.cli.options import json_option
from runner.cli.service.reaching import Where, open_options, reached


@click.command()
@open_options
@json_option
def command(where: Where, as_json: bool) -> None:
    """Say how a service is. Needs no password.

    \b
    Examples:
      runner service health --url http://127.0.0.1:8000
      runner service health --job service-textgames --json
    """
    from runner.cli.service.waiting import status_line
    from runner.cli.terminal import harmless
    from runner.manifest.units import duration_text

    with reached(where, password=False) as service, status_line("asking"):
        health = service.health()
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(health))
        return
    loaded = "ready" if health.ready else health.reason or "its model is not loaded yet"
    trains = "trains" if health.training else "does not train"
    click.echo(harmless(f"{health.service}: {health.status}, {loaded}"))
    click.echo(
        harmless(f"  {health.model} with {health.engine}, version {health.version or 'unknown'}, {trains}")
    )
    click.echo(f"  up {duration_text(health.uptime_seconds)}, {health.rollouts_running} rollouts now")
