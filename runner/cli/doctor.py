"""`runner doctor`."""

from __future__ import annotations

from pathlib import Path

import click

from runner.cli.options import json_option
from runner.errors import EXIT_OK, EXIT_PROVIDER


@click.command()
@click.option("--backend", metavar="NAME", help="The backend that must work; that of the settings otherwise.")
@json_option
def command(backend: str | None, as_json: bool) -> int:
    """Check that everything is in place: git, the ledger, and the provider.

    Nothing is started. A line for each thing, and for each failure its fix. Exits with 4 when
    something failed.

    \b
    Examples:
      runner doctor
      runner doctor --backend modal
    """
    from runner.backends import require_backend
    from runner.pipeline.doctoring import examine
    from runner.pipeline.workspace import open_workspace

    if backend:
        require_backend(backend, "--backend")
    checks = examine(open_workspace(Path.cwd()), backend or "")
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(checks))
    else:
        for check in checks:
            _print(check.name, check.ok, check.detail, check.fix)
    return EXIT_OK if all(check.ok for check in checks) else EXIT_PROVIDER


def _print(name: str, ok: bool, detail: str, fix: str) -> None:
    from runner.cli.terminal import say

    say("ok    " if ok else "FAILED", nl=False, fg="green" if ok else "red", bold=not ok)
    say(f"  {name}: {detail}")
    if fix and not ok:
        say(f"        fix: {fix}")
