"""`runner cancel RUN`."""

from __future__ import annotations

from pathlib import Path

import click

from runner.cli.options import run_argument


@click.command()
@run_argument
@click.option("--no-wait", is_flag=True, help="Only ask it to end; runner collect brings home what it has.")
def command(run: str, no_wait: bool) -> None:
    """End a run: everything of it is stopped, and what it has is kept as its result.

    At a provider this returns when the provider has confirmed that nothing works any more.

    RUN is an id, its unique beginning, or `latest`.

    \b
    Examples:
      runner cancel
      runner cancel 20261120-150405
    """
    from runner.pipeline.cancelling import ask_to_end, cancel
    from runner.pipeline.workspace import open_workspace

    workspace = open_workspace(Path.cwd())
    if no_wait:
        click.echo(f"asked {ask_to_end(workspace, run)} to end")
        return
    ended = cancel(workspace, run, lambda text: click.echo(f"note: {text}", err=True))
    click.echo(f"cancelled {ended.run}; go on with it by: {ended.next}")
