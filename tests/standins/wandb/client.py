"""The real client, in a process of its own: it keeps a service and settings in the one that imports it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.standins.wandb.server import WandbServer

LIMIT = 60
"""Seconds."""


def environment(server: WandbServer, key: str | None = None, **more: str) -> dict[str, str]:
    """For processes that talk to the server: this Python first on the path, nothing of the user's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WANDB_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**kept, **server.environment(key), "PATH": path, "WANDB_DISABLE_GIT": "true", **more}


def run_python(
    server: WandbServer, folder: Path, code: str, *arguments: str, key: str | None = None, **more: str
) -> Any:
    """Run a program with the client. What it prints last in JSON is returned; the client may print later."""
    command = [sys.executable, "-W", "ignore", "-c", code, *arguments]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(server, key, **more),
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for line in reversed(done.stdout.splitlines()):
        with contextlib.suppress(ValueError):
            return json.loads(line)
    raise AssertionError(f"It told nothing: {done.stdout}{done.stderr}")


def run_wandb(
    server: WandbServer, folder: Path, *arguments: str, key: str | None = None, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line, such as `wandb agent`."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "wandb", *arguments],
        cwd=folder,
        env=environment(server, key, **more),
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
