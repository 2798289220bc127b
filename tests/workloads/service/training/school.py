"""A repository with a job of `kind: GRPO` whose program is a few lines of Python."""

import asyncio
import os
import signal
import subprocess
import time
from pathlib import Path

from tests.conftest import Checkout
from workloads.service.settings import ServiceSettings, Training
from workloads.service.training import Trainings, TrainingStatus
from workloads.textgames.settings import Model

PROGRAM = """
import argparse, json, pathlib, sys, time
read = argparse.ArgumentParser()
for name in ("settings", "output", "checkpoint", "seed"):
    read.add_argument(f"--{name}")
told = read.parse_args()
settings = json.loads(pathlib.Path(told.settings).read_text())
output = pathlib.Path(told.output)
steps = settings["training"]["steps"]
(output / "metrics.jsonl").write_text(json.dumps({"step": 1, "reward": 0.25, "loss": float("nan")}) + "\\n")
if steps == 13:
    sys.exit("the thirteenth step is never taken")
time.sleep(steps if steps > 100 else 0)
(output / "metrics.json").write_text(json.dumps({"success_rate": 0.5}))
(output / "model").mkdir()
for name in ("adapter_config.json", "adapter_model.safetensors", "README.md"):
    (output / "model" / name).write_text(json.dumps(settings["environment"]))
"""

MANIFEST = """
apiVersion: runner/v1
kind: GRPO
metadata: {name: lesson}
spec:
  model: {name: our/model, revision: main, dtype: float32}
  environment: {name: key_door, arguments: {size: 2}, history: none}
  training: {steps: 1, batch_size: 2, num_generations: 2}
  lora: {}
  vllm: {mode: off}
  evaluation: {episodes: 0}
  script: train.py
  resources: {cpu: 1, memory: 1GiB, timeout: 10m}
  budget: {usd: 2}
"""


class School:
    """The repository, and the trainings of a service that may start some in it."""

    def __init__(self, checkout: Checkout, folder: Path) -> None:
        self.checkout = checkout
        self.folder = folder

    @classmethod
    def found(cls, checkout: Checkout, folder: Path) -> "School":
        """In a repository that has nothing of it yet."""
        checkout.commit({"jobs/lesson.yaml": MANIFEST, "train.py": PROGRAM, ".gitignore": ".runner\n"})
        return cls(checkout, folder)

    def branch(self, folder: Path) -> "School":
        """What a container of the service has: a clone of one commit, named alike, without a way back."""
        clone = folder / self.checkout.root.name
        origin = f"file://{self.checkout.root}"
        subprocess.run(["git", "clone", "--quiet", "--depth=1", origin, str(clone)], check=True)
        Checkout(clone).git("remote", "remove", "origin")
        return School(Checkout(clone), folder / "service")

    def open(self, at_once: int = 1, budget: float | None = None, backend: str = "local") -> Trainings:
        """A service, as it is after it has just started."""
        settings = ServiceSettings(
            name="service",
            model=Model(name="our/model"),
            training=Training(job="jobs/lesson.yaml", at_once=at_once),
        )
        root = self.checkout.root
        return Trainings(settings, repository=root, folder=self.folder, backend=backend, budget=budget)

    def driver(self, run: str) -> int:
        """The process that drives a run."""
        return int((self.checkout.root / ".runner/runs" / run / "lock").read_text())


async def awaited(trainings: Trainings, run: str, *states: str) -> TrainingStatus:
    """The status of a training once it is one of these."""
    deadline = time.monotonic() + 40
    while (status := await trainings.status(run)).status not in states or (
        states == ("succeeded",) and status.pull_request is None
    ):
        assert time.monotonic() < deadline, status
        await asyncio.sleep(0.1)
    return status


def kill(process: int) -> None:
    """Ends a process without asking it."""
    os.kill(process, signal.SIGKILL)
