"""How findings are written: one format per file."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from runner.lint.validate import Checked

FORMATS = ("text", "github", "json", "sarif")


def renderer(name: str) -> Callable[[Checked], str]:
    """The function that writes in a format; only that format is imported."""
    render: Callable[[Checked], str] = import_module(f"runner.lint.formats.{name}").render
    return render
