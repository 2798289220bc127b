"""`runner service list`."""

from __future__ import annotations

from pathlib import Path

import click

from runner.cli.options import json_option


@click.command()
@json_option
def command(as_json: bool) -> None:
    """List the services, and whether they are what their manifests and code say.

    \b
    Examples:
      runner service list
      runner service list --json
    """
    from runner.cli.results import columns
    from runner.cli.terminal import harmless
    from runner.pipeline.drift import service_states
    from runner.pipeline.workspace import open_workspace

    states = service_states(open_workspace(Path.cwd()))
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(states))
        return
    if not states:
        click.echo("no services yet; write a manifest with: runner init Service my-service")
        return
    rows = [(state.job, state.state, state.standing_commit[:12], state.url) for state in states]
    click.echo(harmless(columns([("service", "state", "commit", "address"), *rows])))
    for state in states:
        if state.why:
            click.echo(f"note: {harmless(state.why)}", err=True)
