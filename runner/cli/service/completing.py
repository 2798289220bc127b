"""What the shell offers for services."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.shell_completion import CompletionItem

_LONGEST_HEAD = 4096


def services(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of the manifests under `jobs/` that describe a service."""
    from runner.lint.validate import find_root

    root = find_root(os.curdir)
    if root is None:
        return []
    paths = sorted((Path(root) / "jobs").glob("*.y*ml"))
    return [
        CompletionItem(path.stem) for path in paths if path.stem.startswith(incomplete) and _is_service(path)
    ]


def _is_service(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_LONGEST_HEAD).splitlines()
    except OSError:
        return False
    return any(line.split() == [b"kind:", b"Service"] for line in head)
