"""`runner retry RUN`."""

from __future__ import annotations

from pathlib import Path

import click

from runner.cli.options import json_option, run_argument


@click.command()
@run_argument
@click.option("--follow", "-f", is_flag=True, help="Watch a launched run to its end, and collect it.")
@json_option
def command(run: str, follow: bool, as_json: bool) -> int:
    """Finish a run that was interrupted, or try its failed tasks again. Finished tasks stay finished.

    A run that was launched goes on at its provider, and the command returns at once.

    \b
    Examples:
      runner retry
      runner retry 20261120-150405
    """
    from runner.cli.outcome import show_delivery
    from runner.cli.watch import watching
    from runner.pipeline import resume
    from runner.pipeline.finding import find
    from runner.pipeline.retrying import retry_launched
    from runner.pipeline.workspace import open_workspace

    workspace = open_workspace(Path.cwd())
    found = find(workspace, run)
    if found.entry is not None and not follow:
        entry = retry_launched(workspace, found.entry, lambda text: click.echo(f"note: {text}", err=True))
        if as_json:
            import msgspec

            click.echo(msgspec.json.encode(entry))
        else:
            click.echo(f"{entry.job} {entry.run} goes on at {entry.backend}; bring it home with:")
            click.echo(f"  runner collect {entry.run}")
        return 0
    with watching(workspace, as_json=as_json) as watch:
        delivery = resume(workspace, found, watch)
    return show_delivery(delivery, as_json=as_json)
