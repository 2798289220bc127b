"""`runner validate [PATH…]`."""

from __future__ import annotations

import atexit
import gc
import os

import click

from runner.errors import EXIT_INPUT, EXIT_OK


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github", "json", "sarif"]),
    default="text",
    show_default=True,
    help="How to write the findings.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--strict", is_flag=True, help="Let warnings fail, too.")
def command(paths: tuple[str, ...], form: str, as_json: bool, strict: bool) -> int:
    """Check manifests against the schema and the lint rules.

    PATH is a file or a folder; without one, everything under jobs/ is checked. Nothing is started
    and nothing is written. Exits with 0 when all is well and with 2 when something must change.

    \b
    Examples:
      runner validate
      runner validate jobs/my-job.yaml --strict
      runner validate --format sarif > findings.sarif
    """
    # A short program that makes many objects and no garbage: looking for some, also at exit, takes a fifth.
    gc.disable()
    atexit.register(gc.freeze)
    try:
        return _validate(paths, "json" if as_json else form, strict=strict)
    finally:
        gc.enable()


def _validate(paths: tuple[str, ...], form: str, *, strict: bool) -> int:
    from runner.kinds import KINDS
    from runner.lint.formats import renderer
    from runner.lint.validate import find_manifests, find_root, validate
    from runner.settings import Settings, load_settings

    root = find_root(paths[0] if paths else os.getcwd())  # noqa: PTH109
    settings = Settings() if root is None else load_settings(root, KINDS)
    kinds = {name: kind.job_type for name, kind in KINDS.items()}
    checked = validate(find_manifests(paths, root), kinds, settings, root)
    text = renderer(form)(checked)
    click.echo(text)
    return EXIT_INPUT if checked.failed(strict=strict) else EXIT_OK
