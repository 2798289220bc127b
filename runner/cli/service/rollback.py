"""`runner service rollback NAME`."""

from __future__ import annotations

from pathlib import Path

import click

from runner.cli.options import json_option
from runner.cli.service import completing


@click.command()
@click.argument("name", shell_complete=completing.services)
@click.option(
    "--to", default="", metavar="COMMIT_OR_VERSION", help="As it was there; else as before the last."
)
@json_option
def command(name: str, to: str, as_json: bool) -> None:
    """Deploy a service as it was before, and leave it so until its manifest or code changes.

    \b
    Examples:
      runner service rollback service-textgames
      runner service rollback service-textgames --to 0123abcd
    """
    from runner.pipeline.rolling_back import rollback
    from runner.pipeline.workspace import open_workspace

    workspace = open_workspace(Path.cwd())
    deployed = rollback(workspace, name, to, lambda text: click.echo(f"note: {text}", err=True))
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(deployed))
        return
    click.echo(f"{deployed.job} stands as at {deployed.commit[:12]}: {deployed.url}")
    if deployed.held:
        click.echo("next: revert what went wrong, or change it; until then no deployment replaces this one")
