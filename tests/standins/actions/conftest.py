"""Tiny repositories with workflows, for the tests of the harness."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.standins.actions.harness import Actions
from tests.standins.github.hub import Hub

Make = Callable[..., Actions]
PINS = {
    "CHECKOUT": "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1",
    "PYTHON": "actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97",
    "CACHE": "actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae",
    "RESTORE": "actions/cache/restore@27d5ce7f107fe9357f9df03efb73ab90386fccae",
    "SAVE": "actions/cache/save@27d5ce7f107fe9357f9df03efb73ab90386fccae",
    "UPLOAD": "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f",
    "DOWNLOAD": "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c",
    "APP_TOKEN": "actions/create-github-app-token@1b10c78c7865c340bc4f6099eb2f838309f1e8c3",
}


@pytest.fixture
def make(hub: Hub, tmp_path: Path) -> Iterator[Make]:
    """Puts workflow files into the repository without a word, then makes the harness for it."""
    with ExitStack() as stack:

        def made(files: dict[str, str], **options: Any) -> Actions:
            hub.begin({place(name): pinned(text) for name, text in files.items()})
            return stack.enter_context(Actions(hub, tmp_path / "actions", **options))

        yield made


def place(name: str) -> str:
    """A workflow by its file's name, all else by its path."""
    return name if "/" in name else f".github/workflows/{name}"


def pinned(text: str) -> str:
    """A workflow with the actions that its capitals stand for."""
    for word, action in PINS.items():
        text = text.replace(f"uses: {word}", f"uses: {action}")
    return text


def job(*steps: str, first: str = "uses: CHECKOUT", **about: str) -> str:
    """A job in YAML's flow style: a first step, then shell commands."""
    said = "".join(f"{name.replace('_', '-')}: {value}, " for name, value in about.items())
    rest = "".join(f", {{run: {step!r}}}" for step in steps)
    return f"{{runs-on: ubuntu-latest, {said}steps: [{{{first}}}{rest}]}}"


def workflow(on: str, jobs: dict[str, str], permissions: str = "{contents: read}", more: str = "") -> str:
    """A workflow in YAML."""
    listed = "".join(f"  {name}: {text}\n" for name, text in jobs.items())
    return f"name: tiny\non: {on}\npermissions: {permissions}\n{more}\njobs:\n{listed}"
