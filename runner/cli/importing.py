"""`runner import FILE`."""

from __future__ import annotations

from pathlib import Path

import click

from runner.cli.options import json_option


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help="The job's name; grpo-<environment> otherwise.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Where to write it; jobs/NAME.yaml otherwise."
)
@click.option("--env", "environment", metavar="ENV", help="The environment, in place of the file's.")
@click.option("--steps", type=click.IntRange(min=1), help="Training steps, in place of the file's.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@click.option("--print", "only_print", is_flag=True, help="Print the manifest, and write nothing.")
@json_option
def command(
    file: Path,
    name: str | None,
    output: Path | None,
    environment: str | None,
    steps: int | None,
    force: bool,
    only_print: bool,
    as_json: bool,
) -> None:
    """Write the manifest of a GRPO training that a configuration file describes.

    FILE is YAML with the sections modal, model, training, vllm and wandb. Fields that a manifest has no place
    for are named, and listed at its top. EXPERIMENTER and EXPERIMENT_NAME name the Volumes.

    \b
    Examples:
      runner import configs/modal_training_config_wordle.yaml
      runner import configs/modal_training_config.yaml --env gsm8k --steps 1000
    """
    from runner.pipeline.importing import import_manifest, write_manifest
    from runner.pipeline.workspace import open_workspace

    workspace = open_workspace(Path.cwd())
    found = import_manifest(workspace, file, output, name=name, environment=environment, steps=steps)
    if not only_print:
        write_manifest(found, force=force)
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
        return
    click.echo(found.text.rstrip("\n") if only_print else f"wrote {found.path}")
    for note in found.notes:
        click.echo(f"note: {note}", err=True)
    for field in found.left_out:
        click.echo(f"note: {field} is not carried over", err=True)
    if not only_print:
        click.echo(f"next: runner validate {found.path} && runner plan {found.path}")
