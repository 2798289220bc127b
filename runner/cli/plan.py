"""`runner plan JOB`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from runner.cli.options import job_argument, overrides_of, plan_options

if TYPE_CHECKING:
    from datetime import datetime

    from runner.manifest.common import Schedule

SHOWN_TIMES: Final = 3


@click.command()
@job_argument
@plan_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="How to write the plan.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def command(
    manifest: str,
    overrides: tuple[str, ...],
    only: tuple[str, ...],
    no_deploy: bool,
    form: str,
    as_json: bool,
    **shortcuts: Any,
) -> None:
    """Show what a job would run, on what, and what it may cost. Starts nothing.

    \b
    Examples:
      runner plan jobs/skirmish-weights.yaml
      runner plan skirmish-weights --games 250 --format markdown
    """
    from runner.pipeline.loading import load_job
    from runner.pipeline.planning import make_plan
    from runner.pipeline.workspace import open_workspace
    from runner.plan import render

    workspace = open_workspace(Path.cwd())
    loaded = load_job(workspace, manifest, overrides_of(overrides, shortcuts))
    priced = make_plan(workspace, loaded, only=only, deploy=not no_deploy)
    show = {"text": render.as_text, "markdown": render.as_markdown, "json": render.as_json}
    times = _next_times(loaded.job.spec.schedule)
    text = show["json" if as_json else form](priced.plan, priced.bound, priced.estimate, priced.prices, times)
    click.echo(text.rstrip("\n"))
    for note in priced.notes:
        click.echo(f"note: {note}", err=True)


def _next_times(schedule: Schedule | None) -> tuple[datetime, ...]:
    """When a schedule comes next."""
    if schedule is None:
        return ()
    from datetime import UTC, datetime
    from itertools import islice

    from runner.manifest.timetable import upcoming

    return tuple(islice(upcoming(schedule, datetime.now(UTC)), SHOWN_TIMES))
