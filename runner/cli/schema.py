"""`runner schema [KIND]`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from runner.errors import InputError

DOCUMENTS = ("job", "result", "validation")


@click.command()
@click.argument("kind", required=False)
@click.option(
    "--write", "folder", type=click.Path(path_type=Path, file_okay=False), help="Write all schemas there."
)
@click.option(
    "--check",
    "committed",
    type=click.Path(path_type=Path, file_okay=False),
    help="Fail where that folder's differ.",
)
def command(kind: str | None, folder: Path | None, committed: Path | None) -> None:
    """Print the JSON Schema of manifests, or of one KIND.

    KIND may also be `result` (result.json) or `validation` (the document of a validation).

    \b
    Examples:
      runner schema
      runner schema Tune
      runner schema --write schemas
    """
    texts = {
        name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in schemas().items()
    }
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / f"{name}.schema.json").write_text(text, encoding="utf-8")
        click.echo(f"wrote {len(texts)} schemas to {folder}")
    elif committed is not None:
        _compare(texts, committed)
    else:
        click.echo(texts[_name(kind or "job", texts)], nl=False)


def schemas() -> dict[str, dict[str, Any]]:
    """Every published schema by the name of its file."""
    from runner.kinds import KINDS
    from runner.manifest.schema import job_schema, kind_schema, struct_schema
    from runner.manifest.validation_document import ValidationDocument
    from runner.results.model import Report

    kinds = {name: kind.job_type for name, kind in KINDS.items()}
    return {
        "job": job_schema(kinds),
        **{name.lower(): kind_schema(job, name) for name, job in kinds.items()},
        "result": struct_schema(Report, "Result"),
        "validation": struct_schema(ValidationDocument, "Validation document"),
    }


def _name(kind: str, texts: dict[str, str]) -> str:
    from runner.wording import did_you_mean

    if kind.lower() not in texts:
        raise InputError("unknown-kind", f"there is no schema {kind}", fix=did_you_mean(kind, texts))
    return kind.lower()


def _compare(texts: dict[str, str], folder: Path) -> None:
    for name, text in texts.items():
        path = folder / f"{name}.schema.json"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            raise InputError(
                "stale-schema",
                "the schema is not what the types say",
                place=str(path),
                fix=f"runner schema --write {folder}",
            )
    click.echo(f"{len(texts)} schemas are up to date")
