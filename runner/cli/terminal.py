"""What all output of commands has in common: colours, harmless text, readers that go away."""

from __future__ import annotations

import os
import sys

import click


def colour() -> bool | None:
    """What `color=` of click should be: never with NO_COLOR (no-color.org), else where a terminal is."""
    return False if os.environ.get("NO_COLOR") else None


def harmless(text: str) -> str:
    """A program's text without the sequences that move the cursor, clear the screen or set titles."""
    from runner.results.markdown import clean

    return "\n".join(clean(line) for line in text.split("\n"))


def say(text: str = "", *, nl: bool = True, fg: str | None = None, bold: bool | None = None) -> None:
    """Prints a line. A reader that went away (`| head`) ends the printing, never the run."""
    try:
        click.secho(text, nl=nl, fg=fg, bold=bold)
    except BrokenPipeError:
        silence_output()


def silence_output() -> None:
    """Sends what is still printed nowhere, so that nothing fails on it, not even at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
