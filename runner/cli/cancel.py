"""`runner cancel RUN`."""

from __future__ import annotations

from pathlib import Path

import click

from runner.cli.options import run_argument


@click.command()
@run_argument
def command(run: str) -> None:
    """End a run: its processes are stopped, and what it has is kept as its result.

    RUN is an id, its unique beginning, or `latest`.

    \b
    Examples:
      runner cancel
      runner cancel 20261120-150405
    """
    from runner.pipeline.cancelling import cancel
    from runner.pipeline.workspace import open_workspace

    layout = cancel(open_workspace(Path.cwd()), run)
    click.echo(f"cancelled {layout.run}; go on with it by: runner retry {layout.run}")
