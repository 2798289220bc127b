"""What a person sees while a service works."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from runner.cli.terminal import harmless


@contextmanager
def status_line(text: str) -> Iterator[Callable[[str], None]]:
    """A line on a terminal with the time that has passed; what it says can be changed. Elsewhere nothing."""
    if not sys.stderr.isatty():
        yield lambda said: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(escape(harmless(text)), total=None)
        yield lambda said: progress.update(task, description=escape(harmless(said)))


def note_changes() -> Callable[[str], None]:
    """Prints to standard error what it is told, where that has changed and no status line shows it."""
    last: list[str] = []

    def told(text: str) -> None:
        if not sys.stderr.isatty() and last != [text]:
            last[:] = [text]
            click.echo(harmless(text), err=True)

    return told
