"""The programs that talk to W&B, as the worker starts them: as plain scripts in a folder of their own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.standins.wandb.server import WandbServer

PROGRAMS = Path(__file__).parents[3] / "runner/kinds/sweep/programs"

GRID = {
    "method": "grid",
    "parameters": {"x": {"values": [1, 2]}, "plan": {"parameters": {"start": {"value": 0.5}}}},
    "metric": {"name": "loss", "goal": "minimize"},
    "program": "train.py",
}
SETTINGS: dict[str, Any] = {
    "sweep": GRID,
    "sweep_id": "",
    "entity": "",
    "project": "games",
    "name": "my sweep",
    "count": 2,
    "runs_per_worker": 2,
    "timeout": 60,
    "create_only": False,
    "local_controller": False,
    "metric": "loss",
}


class Errands:
    """One run's tasks, in a folder, for one W&B. `app` is where people look at what is there."""

    def __init__(self, folder: Path, server: WandbServer) -> None:
        self.server = server
        self.input = folder / "input"
        self.checkpoint = folder / "checkpoint"
        self.work = folder / "work"
        self._files = folder / "files"
        for path in (self.checkpoint, self.work):
            path.mkdir()
        shutil.copytree(PROGRAMS, self._files)

    def environment(self, task: str, **more: str) -> dict[str, str]:
        output = self.input / task
        output.mkdir(parents=True, exist_ok=True)
        return {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": str(self.checkpoint),
            **self.server.environment(),
            "WANDB_APP_URL": "https://wandb.example",  # or the client has to be asked, which takes a second
            "RUNNER_RUN_ID": "run-1",
            "RUNNER_TASK": task,
            "RUNNER_OUTPUT_DIR": str(output),
            "RUNNER_INPUT_DIR": str(self.input),
            "RUNNER_CHECKPOINT_DIR": str(self.checkpoint),
            **more,
        }

    def start(
        self, program: str, task: str, settings: dict[str, Any] | None = None, **more: str
    ) -> subprocess.Popen[str]:
        (self._files / "settings.json").write_text(json.dumps({**SETTINGS, **(settings or {})}))
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", str(self._files / program)],
            cwd=self.work,
            env=self.environment(task, **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(
        self, program: str, task: str, settings: dict[str, Any] | None = None, **more: str
    ) -> tuple[int, str, str]:
        """The exit code, what was printed, and what was complained about."""
        process = self.start(program, task, settings, **more)
        said, complaint = process.communicate(timeout=100)
        return process.returncode, said, complaint

    def open(self, **settings: Any) -> tuple[int, str, str]:
        return self.run("open_sweep.py", "sweep/open", settings)

    def opened(self) -> dict[str, Any]:
        """What was written down of the sweep."""
        return dict(json.loads((self.input / "sweep/open/sweep.json").read_text()))

    def agent(self, name: str = "01", **settings: Any) -> subprocess.Popen[str]:
        files = {part: (self.input / f"sweep/open/{part}.txt") for part in ("sweep-id", "entity", "project")}
        told = {
            f"WANDB_{part.upper().replace('-', '_')}": path.read_text().strip()
            for part, path in files.items()
        }
        return self.start("run_agent.py", f"agents/{name}", settings, **told)

    def study(self) -> tuple[int, str, str]:
        return self.run("collect_runs.py", "study/runs")

    def studied(self) -> dict[str, Any]:
        return dict(json.loads((self.input / "study/runs/study.json").read_text()))
