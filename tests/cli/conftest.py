"""A repository whose jobs are launched on the loopback Modal, and the command line in it."""

import json
import time
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Checkout, Run
from tests.standins.modal.client import Plane

NUMBERS = count()
JOB = """\
apiVersion: runner/v1
kind: Command
metadata: {{name: {name}}}
spec:
  command: [sh, -c, '{script}']
  resources: {{cpu: 0.125, memory: 256MiB, timeout: 2m}}
"""
PATIENCE = 60.0
BEGINNING = 5.0


class Provider:
    """The project's runs at the provider."""

    def __init__(self, runner: Run, project: Path, plane: Plane, prefix: str) -> None:
        self.runner = runner
        self.plane = plane
        self.prefix = prefix
        self._begun: set[str] = set()
        settings = f'backend = "modal"\n[modal]\nprefix = "{prefix}"\n'
        jobs = {"greet": "echo hello", "fails": "exit 3", "long": "sleep 60"}
        texts = {f"jobs/{name}.yaml": JOB.format(name=name, script=script) for name, script in jobs.items()}
        Checkout(project).commit({"runner.toml": settings, **texts})

    def launch(self, *arguments: str) -> dict[str, Any]:
        """Launches a job; what the command says of it."""
        done = self.runner("launch", *arguments, "--json")
        assert done.returncode == 0, done.stderr
        (launched,) = json.loads(done.stdout)
        deadline = time.monotonic() + BEGINNING
        while launched["run"] not in self._begun and time.monotonic() < deadline:
            self._works(launched["run"])
            time.sleep(0.02)
        return dict(launched)

    def await_end(self, run: str) -> None:
        """Waits until nothing works for a run, which has begun."""
        deadline = time.monotonic() + PATIENCE
        while self._works(run) or run not in self._begun:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def _works(self, run: str) -> bool:
        working = any(one["app"].endswith(run) for one in self.plane.containers())
        if working:
            self._begun.add(run)
        return working


@pytest.fixture
def provider(runner: Run, project: Path, plane: Plane) -> Provider:
    """A provider with nothing on it, and three jobs: `greet`, `fails` and `long`."""
    plane.options(idle=0.2, containers=40)
    return Provider(runner, project, plane, f"cli-{next(NUMBERS)}")
