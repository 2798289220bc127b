"""`runner init KIND NAME`."""

from __future__ import annotations

import re
from pathlib import Path

import click

from runner.cli import completing


@click.command()
@click.argument("kind", shell_complete=completing.kinds)
@click.argument("name")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Where to write it; jobs/NAME.yaml otherwise."
)
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def command(kind: str, name: str, output: Path | None, force: bool) -> None:
    """Write a commented manifest that validates and runs.

    \b
    Examples:
      runner init Command nightly-report
      runner init Tune bot-weights
    """
    from runner.errors import InputError
    from runner.kinds import KINDS

    by_lower = {known.lower(): known for known in KINDS}
    if kind.lower() not in by_lower:
        raise InputError("unknown-kind", f"there is no kind {kind}", fix=f"choose from {', '.join(KINDS)}")
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?", name):
        raise InputError(
            "bad-name",
            f"{name!r} cannot be a job's name",
            fix="use lower-case letters, digits and hyphens, at most 50, such as my-job",
        )
    path = output or Path("jobs") / f"{name}.yaml"
    if path.exists() and not force:
        raise InputError(
            "file-exists", "the file exists already", place=str(path), fix="choose another name, or --force"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(KINDS[by_lower[kind.lower()]].template(name), encoding="utf-8")
    click.echo(f"wrote {path}")
    click.echo(f"next: runner validate {path} && runner plan {path} && runner run {path}")
