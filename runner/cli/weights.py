"""`runner weights log|diff|rollback`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click


@click.group()
def command() -> None:
    """Follow a weight file through its runs, or roll it back."""


@command.command("log")
@click.argument("path", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print data for programs.")
def log_weights(path: str | None, as_json: bool) -> None:
    """List the runs that changed PATH (or any weight file), newest first, and where each version is.

    It is merged (in the history of HEAD), proposed (on a branch runner/JOB), or local (only under .runner/).
    """
    from runner.cli.results import columns
    from runner.repository.git import Repository
    from runner.results.numbers import moment
    from runner.results.weight_history import main_metric, repository_path, steps
    from runner.results.write import to_json

    repository = Repository.find(Path.cwd())
    file = None if path is None else repository_path(repository.root, path, Path.cwd())
    rows = [
        {
            "run": step.entry.report.run,
            "date": moment(step.entry.report.ended),
            "verdict": step.entry.report.verdict,
            "where": step.where,
            "sha256": step.file.sha256,
            "metric": main_metric(step.entry.report, step.file.task),
            "path": step.file.path,
        }
        for step in steps(repository, file)
    ]
    if as_json:
        click.echo(to_json(rows).decode(), nl=False)
    elif rows:
        header = ("run", "date", "verdict", "where", "sha256", "metric", "path")
        lines = [[str(row[name])[: 12 if name == "sha256" else None] for name in header] for row in rows]
        click.echo(columns([header, *lines]))
    else:
        click.echo("no run changed " + (path or "a weight file") + " yet")


@command.command()
@click.argument("path")
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print data for programs.")
def diff(path: str, old: str | None, new: str | None, as_json: bool) -> None:
    """Show which numbers of PATH changed, most first.

    OLD and NEW are runs or commits; HEAD and the working tree otherwise.
    """
    from runner.cli.results import columns
    from runner.repository.git import Repository
    from runner.results.weight_content import content_at
    from runner.results.weight_history import repository_path
    from runner.results.weights import compare
    from runner.results.weights_block import change_cells
    from runner.results.write import to_json

    repository = Repository.find(Path.cwd())
    file = repository_path(repository.root, path, Path.cwd())
    before, after = content_at(repository, file, old or "HEAD"), content_at(repository, file, new)
    same = before.held.sha256 == after.held.sha256
    changes = () if same else compare(before.held.head(file), after.held.head(file), file)
    if as_json:
        click.echo(to_json(changes).decode(), nl=False)
        return
    click.echo(f"{file}: {before.label} → {after.label}")
    if changes:
        rows = [(change.name, *change_cells(change)) for change in changes]
        click.echo(columns([("name", "old", "new", "change"), *rows]))
    elif same:
        click.echo("no difference")
    else:
        click.echo(f"they differ, in no number: see git diff -- {shlex.quote(file)}")


@command.command()
@click.argument("path")
@click.option("--to", "point", metavar="RUN_OR_COMMIT", help="As it stood there.")
@click.option("--json", "as_json", is_flag=True, help="Print data for programs.")
def rollback(path: str, point: str | None, as_json: bool) -> None:
    """Put PATH back as it stood before the latest merged run that changed it.

    Only this file of the working tree is touched; nothing is committed.
    """
    from runner.repository.git import Repository
    from runner.results.rollback import rollback
    from runner.results.weight_history import repository_path
    from runner.results.write import to_json

    repository = Repository.find(Path.cwd())
    restored = rollback(repository, repository_path(repository.root, path, Path.cwd()), point)
    if as_json:
        click.echo(to_json(restored).decode(), nl=False)
        return
    if not restored.changed:
        click.echo(f"{restored.path} stands already as at {restored.label}; an older one: --to RUN_OR_COMMIT")
        return
    quoted = shlex.quote(restored.path)
    message = shlex.quote(f"Roll back {restored.path}: as {restored.label}")
    click.echo(f"{'removed' if restored.removed else 'restored'} {restored.path} as {restored.label}")
    if restored.lfs:
        click.echo("it is the pointer of Git LFS; once committed, its content comes with: git lfs pull")
    click.echo(f"next: git add -- {quoted} && git commit -m {message}")
