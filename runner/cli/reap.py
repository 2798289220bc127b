"""`runner reap`."""

from __future__ import annotations

from pathlib import Path

import click

from runner.cli.options import json_option


@click.command()
@click.option("--yes", is_flag=True, help="Stop what is listed.")
@click.option("--run", "runs", multiple=True, metavar="RUN", help="Everything of this run, live or not.")
@json_option
def command(yes: bool, runs: tuple[str, ...], as_json: bool) -> None:
    """List what stands at the provider although no live run needs it; stop it with --yes.

    Only what was made for this repository is looked at. Files of runs stay.

    \b
    Examples:
      runner reap
      runner reap --yes
    """
    from runner.manifest.units import duration_text
    from runner.pipeline.reaping import leftovers, reap
    from runner.pipeline.workspace import open_workspace

    workspace = open_workspace(Path.cwd())
    found = leftovers(workspace, runs)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(found))
    for one in found:
        if yes:
            reap(workspace, one)
        if not as_json:
            done = "stopped" if yes else "would stop"
            age = duration_text(one.age)
            click.echo(f"{done} {one.name}: {one.containers} containers, {age} old; {one.reason}")
    if not as_json and not found:
        click.echo("nothing is left over")
    elif not as_json and not yes:
        named = "".join(f" --run {run}" for run in runs)
        click.echo(f"next: runner reap{named} --yes")
