"""`runner logs [RUN] [TASK]`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runner.cli import completing
from runner.cli.options import run_argument
from runner.cli.terminal import harmless

if TYPE_CHECKING:
    from runner.engine.layout import RunLayout

POLL_SECONDS = 0.25
LONGEST_LINE = 1 << 16


@click.command()
@run_argument
@click.argument("task", required=False, shell_complete=completing.tasks)
@click.option("--follow", "-f", is_flag=True, help="Go on until the run ends.")
@click.option("--attempt", type=click.IntRange(min=1), help="An earlier attempt; the latest otherwise.")
def command(run: str, task: str | None, follow: bool, attempt: int | None) -> None:
    """Print what tasks printed, secrets masked. Without TASK, all of them, each line with its task.

    RUN is an id, its unique beginning, or `latest`. TASK is an id or its last part.

    \b
    Examples:
      runner logs
      runner logs latest train/generalist --follow
    """
    from runner.engine.record import find_run, read_plan
    from runner.engine.run_lock import holder
    from runner.pipeline.workspace import open_workspace
    from runner.plan.select import only

    layout = find_run(open_workspace(Path.cwd()).state_directory, run)
    plan = read_plan(layout)
    tasks = list((only(plan, (task,)) if task else plan).tasks())
    positions: dict[Path, int] = {}
    while True:
        driven = holder(layout.lock) is not None
        for name in tasks:
            path = layout.log(name, attempt or _latest(layout, name))
            label = "" if len(tasks) == 1 else name
            positions[path] = _print_from(path, positions.get(path, 0), label, growing=driven)
        if not follow or not driven:
            return
        time.sleep(POLL_SECONDS)


def _latest(layout: RunLayout, task: str) -> int:
    numbers = [int(path.name.removeprefix("attempt-")) for path in layout.task(task).glob("attempt-*")]
    return max(numbers, default=1)


def _print_from(path: Path, position: int, label: str, *, growing: bool) -> int:
    """Prints the lines after `position`, and returns where the next one begins.

    A last line without its end waits for the rest of it while the log is `growing`.
    """
    if not path.exists():
        return position
    bare = sys.stdout.isatty()
    with path.open("rb") as file:
        file.seek(position)
        while line := file.readline(LONGEST_LINE):
            if growing and not line.endswith(b"\n") and len(line) < LONGEST_LINE:
                break
            text = line.decode(errors="replace").rstrip("\n")
            text = harmless(text) if bare else text
            click.echo(f"{label} | {text}" if label else text)
            position = file.tell()
    return position
