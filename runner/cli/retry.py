"""`runner retry RUN`."""

from __future__ import annotations

from pathlib import Path

import click

from runner.cli.options import json_option, run_argument


@click.command()
@run_argument
@json_option
def command(run: str, as_json: bool) -> int:
    """Finish a run that was interrupted, or try its failed tasks again. Finished tasks stay finished.

    RUN is an id, its unique beginning, or `latest`.

    \b
    Examples:
      runner retry
      runner retry 20261120-150405
    """
    from runner.cli.outcome import show_delivery
    from runner.cli.watch import watching
    from runner.engine.record import find_run
    from runner.pipeline import resume
    from runner.pipeline.workspace import open_workspace

    workspace = open_workspace(Path.cwd())
    layout = find_run(workspace.state_directory, run)
    with watching(workspace, as_json=as_json) as watch:
        delivery = resume(workspace, layout, watch)
    return show_delivery(delivery, as_json=as_json)
