"""`runner collect [RUN…]`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runner.cli import completing
from runner.cli.options import json_option

if TYPE_CHECKING:
    from runner.pipeline.bringing_home import Collected


@click.command()
@click.argument("runs", nargs=-1, metavar="[RUN]…", shell_complete=completing.runs)
@click.option(
    "--publish/--no-publish", default=True, show_default=True, help="Open or update the pull requests."
)
@click.option(
    "--adopt-only", is_flag=True, help="Only take in what another clone launched; bring nothing home."
)
@json_option
def command(runs: tuple[str, ...], publish: bool, adopt_only: bool, as_json: bool) -> int:
    """Bring home every launched run that has ended, and open or update its pull request.

    Safe to repeat, from anywhere. A run whose driver is gone is started again where it stopped, and a
    queued one when its turn has come. Without RUN, all that are not collected yet, with those that a
    clone without this ledger launched, as a service does for its trainings.

    \b
    Examples:
      runner collect
      runner collect 20261120-150405 --json
    """
    from runner.errors import EXIT_PROVIDER
    from runner.pipeline.adopting import adopt
    from runner.pipeline.collecting import collect
    from runner.pipeline.workspace import open_workspace

    def note(text: str) -> None:
        click.echo(f"note: {text}", err=True)

    workspace = open_workspace(Path.cwd())
    if adopt_only:
        if runs or not publish:
            raise click.UsageError("--adopt-only takes in all that it finds, and publishes nothing.")
        adopted = adopt(workspace, note)
        click.echo(json.dumps(adopted) if as_json else f"{len(adopted)} runs taken in")
        return 0
    found = collect(workspace, runs, note, publish=publish)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(found))
    else:
        for one in found:
            _show(one)
        if not found:
            click.echo("nothing to collect: no launched run is open")
    return EXIT_PROVIDER if any(one.error for one in found) else 0


def _show(one: Collected) -> None:
    from runner.cli.outcome import COLOURS, pull_request_lines
    from runner.cli.terminal import harmless

    click.echo(f"{one.run}  {one.state:11}  {one.job}", nl=False)
    if one.report is not None:
        click.echo("  ", nl=False)
        click.secho(one.report.verdict, fg=COLOURS[one.report.verdict], nl=False)
    click.echo(f"  {harmless(one.note)}" if one.note else "")
    if one.pull_request is not None:
        for line in pull_request_lines(one.pull_request, one.pull_request.page):
            click.echo(line)
    elif one.report is not None:
        click.echo(f"  next: runner results show {one.run}")
