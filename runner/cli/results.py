"""`runner results list|show|download`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from runner.results.history import Entry


@click.group()
def command() -> None:
    """List, show or download results."""


@command.command("list")
@click.argument("job", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print data for programs.")
def list_results(job: str | None, as_json: bool) -> None:
    """List the runs of this repository and this machine, newest first."""
    from runner.repository.git import Repository
    from runner.results.history import entries, unreadable

    root = Repository.find(Path.cwd()).root
    rows = [_row(root, entry) for entry in entries(root, job)]
    for problem in unreadable(root):
        click.echo(f"warning: {problem}", err=True)
    if as_json:
        _print_json(rows)
    elif rows:
        header = ["on Modal" if name == "cost" else name for name in rows[0]]
        click.echo(columns([header, *([str(cell) for cell in row.values()] for row in rows)]))
    else:
        click.echo(
            "no results yet" + (f" of {job}" if job else "") + "; make some with: runner run jobs/NAME.yaml"
        )


@command.command()
@click.argument("run", default="latest")
@click.option("--json", "as_json", is_flag=True, help="Print result.json.")
def show(run: str, as_json: bool) -> None:
    """Show one run: RUN is its id, a unique beginning of it, or `latest`."""
    from runner.repository.git import Repository
    from runner.results.history import find
    from runner.results.summary import Links, summary
    from runner.results.write import to_json

    root = Repository.find(Path.cwd()).root
    entry = find(root, run)
    if as_json:
        click.echo(to_json(entry.report).decode(), nl=False)
        return
    text = summary(entry.report, Links(f"{entry.directory.relative_to(root).as_posix()}/"))
    if sys.stdout.isatty():
        _render(text)
    else:
        click.echo(text, nl=False)


@command.command()
@click.argument("run", default="latest")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="JOB-RUN.tar.gz otherwise.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def download(run: str, output: Path | None, force: bool) -> None:
    """Pack a run into a tar.gz: its results, logs and outputs.

    Of a run that was launched, the files that stayed at its provider are brought here first.
    """
    from runner.pipeline.downloading import bring_everything
    from runner.pipeline.workspace import open_workspace
    from runner.results.archive import default_name, pack, refuse_existing
    from runner.results.history import find

    workspace = open_workspace(Path.cwd())
    root = workspace.repository.root
    for path in bring_everything(workspace, run):
        click.echo(f"brought {path}", err=True)
    entry = find(root, run)
    target = output or Path.cwd() / default_name(entry)
    if not force:
        refuse_existing(target)
    click.echo(f"wrote {pack(root, entry, target)} files to {target}")


def columns(rows: list[Any]) -> str:
    """Rows of text as columns of equal width."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _row(root: Path, entry: Entry) -> dict[str, Any]:
    from runner.results.numbers import moment
    from runner.wording import dollars

    report = entry.report
    done = sum(task.did_its_part for task in report.tasks)
    return {
        "run": report.run,
        "job": report.job,
        "state": report.state,
        "verdict": report.verdict,
        "started": moment(report.started),
        "tasks": f"{done}/{len(report.tasks)}",
        "cost": dollars(report.cost.actual),
        "where": entry.directory.relative_to(root).as_posix(),
    }


def _print_json(value: object) -> None:
    from runner.results.write import to_json

    click.echo(to_json(value).decode(), nl=False)


def _render(text: str) -> None:
    """Markdown on a terminal, where what a page folds away is shown with its title."""
    from rich.console import Console
    from rich.markdown import Markdown

    unfolded = re.sub(r"<details>\n<summary>(.*?)</summary>", r"**\1**", text)
    Console().print(Markdown(re.sub(r"^</details>$", "", unfolded, flags=re.MULTILINE)))
