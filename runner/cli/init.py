"""`runner init KIND NAME` and `runner init --workflows`."""

from __future__ import annotations

from pathlib import Path

import click

from runner.cli import completing


@click.command()
@click.argument("kind", required=False, shell_complete=completing.kinds)
@click.argument("name", required=False)
@click.option(
    "--output", type=click.Path(path_type=Path), help="Where to write it; jobs/NAME.yaml otherwise."
)
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@click.option(
    "--workflows",
    is_flag=True,
    help="Write the workflows with which this repository uses the runner on GitHub.",
)
@click.option(
    "--from",
    "source",
    metavar="OWNER/REPOSITORY@COMMIT",
    help="Where those take the runner from; by default where this one was installed from.",
)
@click.option(
    "--enterprise-server",
    is_flag=True,
    help="Also name it in the inputs of each call, as GitHub Enterprise Server needs.",
)
def command(
    kind: str | None,
    name: str | None,
    output: Path | None,
    force: bool,
    workflows: bool,
    source: str | None,
    enterprise_server: bool,
) -> None:
    """Write a commented manifest that validates and runs, or the workflows for GitHub.

    \b
    Examples:
      runner init Command nightly-report
      runner init Tune bot-weights
      runner init --workflows
    """
    if workflows:
        if kind or output:
            raise click.UsageError(
                "--workflows goes with --from, --enterprise-server and --force, and with no KIND or --output."
            )
        _write_workflows(source, force=force, enterprise_server=enterprise_server)
    elif source or enterprise_server:
        raise click.UsageError(f"{'--from' if source else '--enterprise-server'} goes with --workflows.")
    elif kind is None or name is None:
        raise click.UsageError(f"Missing argument {'NAME' if kind else 'KIND'}, or --workflows.")
    else:
        _write_manifest(kind, name, output, force=force)


def _write_workflows(source: str | None, *, force: bool, enterprise_server: bool) -> None:
    from runner.lint.validate import find_root
    from runner.workflows.adopting import NEXT, adopt, installed_source, parse_source

    root = Path(find_root(".") or ".")
    where = parse_source(source) if source else installed_source()
    for path in adopt(root, where, force=force, enterprise_server=enterprise_server):
        click.echo(f"wrote {path.relative_to(root)}")
    click.echo(NEXT)


def _write_manifest(kind: str, name: str, output: Path | None, *, force: bool) -> None:
    from runner.errors import InputError
    from runner.kinds import KINDS
    from runner.manifest.values import is_name

    by_lower = {known.lower(): known for known in KINDS}
    if kind.lower() not in by_lower:
        raise InputError("unknown-kind", f"there is no kind {kind}", fix=f"choose from {', '.join(KINDS)}")
    if not is_name(name):
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
