"""How a step of a workflow answers: annotations, its summary, its outputs.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final
from uuid import uuid4

import click

from runner.lint.formats.github import annotation
from runner.wording import printable

MOST_BYTES: Final = 2**20
"""GitHub drops a step's summary that is larger."""

_CUT: Final = "\n\n_The rest is left out for length._\n"


def append_summary(text: str) -> None:
    """Adds Markdown to the step's summary, cut at a line where it would be too long."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    file = Path(path)
    data = (text.rstrip("\n") + "\n").encode("utf-8", "replace")
    room = MOST_BYTES - (file.stat().st_size if file.exists() else 0)
    if len(data) > room:
        room -= len(_CUT.encode())
        data = data[: data.rfind(b"\n", 0, room) + 1] + _CUT.encode() if room > 0 else b""
    with file.open("ab") as summary:
        summary.write(data)


def set_output(name: str, value: str) -> None:
    """Sets an output of the step, whatever lines the value has."""
    path = os.environ.get("GITHUB_OUTPUT")
    if not path:
        return
    end = f"end-{uuid4().hex}"
    with Path(path).open("a", encoding="utf-8") as outputs:
        outputs.write(f"{name}<<{end}\n{value}\n{end}\n")


def notice(text: str, title: str = "") -> None:
    """Tells something that is no problem."""
    click.echo(annotation("notice", text, {"title": title} if title else {}))


def warning(text: str, title: str = "") -> None:
    """Tells of something that a person should see to."""
    click.echo(annotation("warning", text, {"title": title} if title else {}))


def note(text: str) -> None:
    """Prints a line of the log; what it quotes cannot be taken for a command."""
    click.echo(f"note: {printable(text)}")


def error_annotation(text: str, *, title: str = "", file: str = "", line: int = 0) -> None:
    """Marks what is wrong: at a line, at a file, or with the run as a whole."""
    place = {"file": file} if file else {}
    if file and line:
        place["line"] = str(line)
    click.echo(annotation("error", text, place | ({"title": title} if title else {})))
