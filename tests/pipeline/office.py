"""Two clones of one repository whose jobs are launched on the loopback Modal: what the tests here share."""

import os
import subprocess
import sys
import time
from pathlib import Path

from msgspec.structs import replace

from runner.ledger import Entry
from runner.pipeline.bringing_home import Collected
from runner.pipeline.collecting import collect
from runner.pipeline.finding import ledger_entries, open_ledger
from runner.pipeline.launching import launch
from runner.pipeline.running import Options
from runner.pipeline.workspace import Workspace, open_workspace
from tests.conftest import ROOT, Checkout
from tests.standins.modal.client import Plane

PATIENCE = 60.0

QUICK = "[sh, -c, 'echo hello; echo hello > \"$RUNNER_OUTPUT_DIR/greeting\"']"
SLOW = "[sh, -c, 'echo begun; sleep 60']"


def job(name: str, command: str = QUICK, **spec: str) -> str:
    """The manifest of a small job; `spec` are further lines."""
    lines = "".join(f"  {key}: {value}\n" for key, value in spec.items())
    return (
        f"apiVersion: runner/v1\nkind: Command\nmetadata: {{name: {name}}}\nspec:\n  command: {command}\n"
        f"  resources: {{cpu: 0.125, memory: 256MiB, timeout: 2m}}\n{lines}"
    )


def quiet(text: str) -> None:
    """Notes are for people."""


class Office:
    """Two people, each with a clone, and a provider that they share."""

    def __init__(self, folder: Path, plane: Plane, prefix: str) -> None:
        self.folder = folder
        self.plane = plane
        self.prefix = prefix

    def open(self, *jobs: str, settings: str = "") -> None:
        """Publishes these jobs, and clones them twice."""
        texts = {f"jobs/{text.split('name: ')[1].split('}')[0]}.yaml": text for text in jobs}
        toml = f'backend = "modal"\n{settings}\n[modal]\nprefix = "{self.prefix}"\n'
        seed = Checkout(self.folder / "seed")
        seed.root.mkdir()
        seed.git("init", "--quiet")
        seed.commit({"runner.toml": toml, **texts}, "Begin")
        seed.git("clone", "--quiet", "--bare", ".", "../origin.git")
        self.here, self.elsewhere = self.clone("here"), self.clone("elsewhere")

    def clone(self, name: str, *options: str) -> Workspace:
        """One more clone."""
        origin = f"file://{self.folder / 'origin.git'}"
        subprocess.run(["git", "clone", "--quiet", *options, origin, str(self.folder / name)], check=True)
        return open_workspace(self.folder / name)

    def start(self, place: Workspace, *arguments: str) -> "subprocess.Popen[str]":
        """Starts the command line in one of the clones."""
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "runner", *arguments],
            cwd=place.repository.root,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )

    def launch(self, job: str, *overrides: str, again: bool = False) -> str:
        """Launches a job from here, and returns its run."""
        options = Options(backend="modal", again=again, overrides=overrides)
        return launch(self.here, job, options, quiet).run

    def entry(self, run: str) -> Entry:
        """What the ledger says of a run."""
        return ledger_entries(self.elsewhere)[run]

    def alter(self, run: str, **fields: object) -> None:
        """Changes what the ledger says."""
        change = {run: replace(self.entry(run), **fields)}
        open_ledger(self.here).update(lambda entries: change.values(), "changed by a test")

    def home(self, run: str, workspace: Workspace | None = None) -> Collected:
        """Collects until the run is home."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = {one.run: one for one in collect(workspace or self.here, [run], quiet)}[run]
            if found.report is not None:
                return found
            time.sleep(0.2)
        raise AssertionError(f"{run} did not come home: {found}")

    def attempts(self, home: Collected) -> dict[str, int]:
        """How many attempts each task had."""
        assert home.report is not None
        return {task.id: len(task.attempts) for task in home.report.tasks}

    def await_work(self, run: str, functions: str = "stage-") -> None:
        """Waits until a container works on the run."""
        self._await(run, functions, some=True)

    def await_end(self, run: str) -> None:
        """Waits until nothing works for the run."""
        self._await(run, "", some=False)

    def working(self, run: str, functions: str = "") -> list[str]:
        """The functions whose containers work for the run."""
        return [
            one["function"]
            for one in self.plane.containers()
            if one["app"] == f"{self.prefix}-{run}" and one["function"].startswith(functions)
        ]

    def _await(self, run: str, functions: str, *, some: bool) -> None:
        deadline = time.monotonic() + PATIENCE
        while bool(self.working(run, functions)) != some:
            assert time.monotonic() < deadline
            time.sleep(0.05)
