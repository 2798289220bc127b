"""`runner logs [RUN] [TASK]`."""

from __future__ import annotations

import time
from pathlib import Path

import click

from runner.cli import completing
from runner.cli.options import run_argument
from runner.cli.terminal import harmless

POLL_SECONDS = 0.25


@click.command()
@run_argument
@click.argument("task", required=False, shell_complete=completing.tasks)
@click.option("--follow", "-f", is_flag=True, help="Go on until the run ends.")
@click.option("--attempt", type=click.IntRange(min=1), help="An earlier attempt; the latest otherwise.")
def command(run: str, task: str | None, follow: bool, attempt: int | None) -> None:
    """Print what tasks printed, secrets masked. Without TASK, all of them, each line with its task.

    RUN is an id, its unique beginning, or `latest`. TASK is an id or its last part. Of a task that
    works at a provider, what it printed so far comes from there.

    \b
    Examples:
      runner logs
      runner logs latest train/generalist --follow
    """
    import sys

    from runner.pipeline.finding import find
    from runner.pipeline.reading_logs import open_logs, plan_of
    from runner.pipeline.workspace import open_workspace
    from runner.plan.select import only

    workspace = open_workspace(Path.cwd())
    found = find(workspace, run)
    plan = plan_of(workspace, found)
    tasks = list((only(plan, (task,)) if task else plan).tasks())
    bare = sys.stdout.isatty()
    with open_logs(workspace, found, tasks, attempt) as logs:
        while True:
            going_on = logs.look()
            for name, text in logs.lines():
                text = harmless(text) if bare else text
                click.echo(text if len(tasks) == 1 else f"{name} | {text}")
            if not follow or not going_on:
                return
            time.sleep(POLL_SECONDS)
