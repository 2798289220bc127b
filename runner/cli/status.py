"""`runner status [RUN]`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from runner.cli import completing
from runner.cli.options import json_option
from runner.cli.terminal import harmless

if TYPE_CHECKING:
    from runner.pipeline.drift import ServiceState
    from runner.pipeline.status import RunStatus, SearchStatus, TaskStatus


@click.command()
@click.argument("run", required=False, shell_complete=completing.runs)
@json_option
def command(run: str | None, as_json: bool) -> None:
    """List all runs, newest first, then all services, or show the tasks of one run.

    Those of this machine, and those in the ledger, whoever launched them. RUN is an id, its unique
    beginning, or `latest`. In JSON there are only runs; for services: runner service list --json

    \b
    Examples:
      runner status
      runner status latest --json
    """
    from runner.pipeline.drift import service_states
    from runner.pipeline.status import all_runs, one_run
    from runner.pipeline.workspace import open_workspace

    workspace = open_workspace(Path.cwd())
    if run is not None:
        found = one_run(workspace, run)
        if as_json:
            click.echo(_encoded(found))
        else:
            _show(found)
        return
    runs = all_runs(workspace)
    if as_json:
        click.echo(_encoded(runs))
    else:
        _list(runs)
        _list_services(service_states(workspace))


def _encoded(found: object) -> bytes:
    import msgspec

    return msgspec.json.encode(found)


def _list(runs: list[RunStatus]) -> None:
    from runner.manifest.units import duration_text
    from runner.wording import dollars

    if not runs:
        click.echo("no runs yet; start one with: runner run jobs/my-job.yaml")
    for run in runs:
        done = f"{run.succeeded_tasks}/{len(run.tasks)}" if run.tasks else ""
        cost = f"{dollars(run.cost)} of at most {dollars(run.bound)}"
        cost += " on Modal" if run.backend == "local" else ""
        age = f"{duration_text(run.age)} ago"
        click.echo(
            f"{run.run}  {run.state:11}  {run.job:24}  {run.backend:5}  {done:>7} tasks  {cost}  {age}"
        )
        if run.note:
            click.echo(f"  note: {harmless(run.note)}")


def _list_services(services: list[ServiceState]) -> None:
    if services:
        click.echo("services:")
    for service in services:
        containers = f"{service.containers} containers" if service.containers != 1 else "1 container"
        said = f"{service.standing_commit[:12]}  {containers}  {service.url}" if service.app else ""
        line = f"  {service.state:11}  {service.job:24}  {service.backend:5}  {harmless(said)}"
        click.echo(line.rstrip())
        if service.why:
            click.echo(f"    {harmless(service.why)}")


def _show(run: RunStatus) -> None:
    from runner.manifest.units import duration_text
    from runner.wording import dollars

    click.echo(f"{run.job} {run.run}: {run.state} ({run.backend})")
    click.echo(
        f"  {duration_text(run.age)} old, {dollars(run.cost)} so far, at most {dollars(run.bound)}"
        + (" (Modal's prices; this machine costs nothing)" if run.backend == "local" else "")
    )
    for search in run.searches:
        click.echo(f"  {_search(search)}")
    for task in run.tasks:
        attempts = f"attempt {task.attempts}  " if task.attempts > 1 else ""
        line = f"  {task.id:32}  {task.state:13}  {duration_text(task.seconds):>8}  {attempts}{_trial(task)}"
        click.echo(line.rstrip())
        if task.reason:
            click.echo(f"    {harmless(task.reason)}")
    if run.note:
        click.echo(f"note: {harmless(run.note)}")
    elif run.state == "interrupted":
        click.echo(f"next: runner retry {run.run}")


def _search(search: SearchStatus) -> str:
    """`trials: 30 trials, 12 succeeded, 2 running; the best is trials/0007: loss 0.25`."""
    counts = ", ".join(f"{count} {state}" for state, count in search.states.items())
    said = f"{search.stage}: {search.trials} trials, {counts}"
    if search.value is None:
        return said
    return f"{said}; the best is {search.best}: {harmless(search.metric)} {search.value:.6g}"


def _trial(task: TaskStatus) -> str:
    """What a trial tries, and what it came to."""
    from runner.cli.watch import trial_point

    value = "" if task.value is None else f"  {task.value:.6g}"
    return trial_point(task.id, task.point) + value
