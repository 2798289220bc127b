"""A bare remote with a ledger, clones of it, and entries."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.ledger import Entry, Ledger
from tests.conftest import Checkout

NOW = 1_800_000_000.0


def entry(number: int = 1, **fields: Any) -> Entry:
    """An entry whose run, key and time follow from `number`."""
    standard = {
        "run": f"20270115-080000-{number:06x}",
        "job": "skirmish-weights",
        "kind": "Tune",
        "backend": "modal",
        "key": f"key-{number}",
        "created": NOW + number,
        "by": "Ada",
        "base": "0123456789" * 4,
        "manifest_path": "jobs/skirmish-weights.yaml",
        "manifest_sha256": "ab" * 32,
        "expires": NOW + 3600,
        "lease": NOW + 60,
        "lease_by": f"process-{number}",
    }
    return Entry(**(standard | fields))


class Remote:
    """A bare repository that clones push to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "remote.git"
        self.url = f"file://{self.path}"

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.path, check=True, capture_output=True)
        return done.stdout.decode().rstrip("\n")

    def clone(self, name: str = "clone", *options: str) -> Checkout:
        target = self.folder / name
        subprocess.run(["git", "clone", "--quiet", *options, self.url, target], check=True)
        return Checkout(target)

    def ledger(self, name: str = "clone", *options: str) -> Ledger:
        return Ledger(self.clone(name, *options).repository())

    def hook(self, name: str, script: str) -> None:
        """Installs a hook that runs in the remote."""
        path = self.path / "hooks" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def subjects(self) -> list[str]:
        """The messages of the ledger's commits, oldest first."""
        return self.git("log", "--reverse", "--format=%s", "runner-ledger").splitlines()


@pytest.fixture
def remote(checkout: Callable[..., Checkout], tmp_path: Path) -> Remote:
    """With one commit on main, and no ledger."""
    made = Remote(tmp_path)
    subprocess.run(["git", "init", "--quiet", "--bare", made.path], check=True)
    first = checkout("first")
    first.git("push", "--quiet", str(made.path), "main")
    return made
