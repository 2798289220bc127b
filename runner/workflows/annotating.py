"""What is wrong with a manifest, at its lines."""

from __future__ import annotations

import re
from pathlib import Path

import click

from runner.errors import InputError, RunnerError
from runner.lint.formats.github import of_finding
from runner.manifest.document import read
from runner.manifest.finding import ManifestError
from runner.workflows.output import error_annotation

MOST_FINDINGS = 10


def annotate(root: Path, manifest: str, error: RunnerError) -> None:
    """Marks an error at the lines of the manifest that it is about; at its first line otherwise."""
    if isinstance(error, ManifestError):
        for finding in error.findings[:MOST_FINDINGS]:
            click.echo(of_finding(finding))
        return
    text = f"{error}\nfix: {error.fix}" if error.fix else str(error)
    title = f"error[{error.code}]"
    error_annotation(text, title=title, file=manifest, line=_line(root / manifest, error.place))


def _line(manifest: Path, place: str) -> int:
    """The line of a place such as `spec.image.requirements`; the first for any other."""
    if not re.fullmatch(r"(spec|metadata)(\.[A-Za-z_]+)*", place):
        return 1
    try:
        return read(manifest).place(tuple(place.split("."))).line
    except InputError:
        return 1
