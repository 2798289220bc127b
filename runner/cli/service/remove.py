"""`runner service remove NAME`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from runner.cli.service import completing


@click.command()
@click.argument("name", shell_complete=completing.services)
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(name: str, yes: bool) -> None:
    """Take a service down. While its manifest is there, the next deployment brings it back.

    \b
    Examples:
      runner service remove service-textgames
    """
    from runner.errors import InputError
    from runner.pipeline.deploying import remove
    from runner.pipeline.workspace import open_workspace
    from runner.wording import shown

    workspace = open_workspace(Path.cwd())
    if not yes:
        if not sys.stdin.isatty():
            message = f"nobody can be asked whether {shown(name)} is to go"
            raise InputError("not-confirmed", message, fix="give --yes")
        typed = click.prompt(f"This ends every request to it. Type {name} to remove it", err=True)
        if typed != name:
            raise InputError("not-confirmed", f"{shown(typed)} is not {shown(name)}; it stands as before")
    remove(workspace, name, lambda text: click.echo(f"note: {text}", err=True))
    click.echo(f"removed {name}")
