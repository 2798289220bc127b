"""Whatever is killed while a grid of 200 points is tried: no point runs twice, and none is missing unsaid."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from runner.engine.events import AttemptFinished, TrialSuggested
from runner.engine.journal import read_events
from runner.worker.processes import table
from tests.acceptance.killing import Killer, command_line
from tests.conftest import Checkout
from tests.standins.modal.client import Plane
from tests.standins.wandb.server import WandbServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.exhaustive,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc"),
]

ROOT = Path(__file__).parents[2]
POINTS = 200
ON_MODAL = 40

JOB = """\
apiVersion: runner/v1
kind: Sweep
metadata: {{name: grid}}
spec:
  sweep:
    method: grid
    metric: {{name: loss, goal: minimize}}
    program: trial.py
    command: ["${{interpreter}}", -E, -S, "${{program}}", "${{args_no_hyphens}}"]
    parameters: {{x: {{values: {points}}}}}
  scheduler: {scheduler}
  resources: {{cpu: {cpu}, memory: 1GiB, timeout: 1m, retries: 3}}
  deploy: {{files: [{{from: best.yaml, to: best.yaml}}]}}
  env: {{TRIED: "{tried}", WANDB_BASE_URL: "{wandb}"}}
"""

POINT = """\
import json, os, sys, time

x = int(sys.argv[1].partition("=")[2])
"""

TRIED = """
with open(os.environ["TRIED"], "a") as tried:
    print(x, file=tried)
"""

WORK = """
time.sleep(0.03)
with open(os.environ["RUNNER_OUTPUT_DIR"] + "/metrics.json", "w") as metrics:
    json.dump({"loss": x}, metrics)
"""

TOLD = """
# W&B's client says the same, and takes three seconds of processor time for it.
import base64, http.client, urllib.parse

def post(path, body):
    key = base64.b64encode(("api:" + os.environ["WANDB_API_KEY"]).encode()).decode()
    server = http.client.HTTPConnection(urllib.parse.urlsplit(os.environ["WANDB_BASE_URL"]).netloc)
    head = {"Authorization": "Basic " + key, "Content-Type": "application/json"}
    server.request("POST", path, json.dumps(body), head)
    answer = server.getresponse()
    assert answer.status == 200, answer.read()

entity, project, run = (os.environ["WANDB_" + name] for name in ("ENTITY", "PROJECT", "RUN_ID"))
begin = "mutation UpsertBucket($name: String, $entity: String, $project: String, $sweep: String) {"
begin += "upsertBucket(input: {name: $name, entityName: $entity, modelName: $project, sweep: $sweep})"
begin += "{ bucket { name } } }"
told = {"name": run, "entity": entity, "project": project, "sweep": os.environ["WANDB_SWEEP_ID"]}
post("/graphql", {"query": begin, "variables": told})
time.sleep(1.0)
files = {"wandb-summary.json": {"offset": 0, "content": [json.dumps({"loss": x})]}}
post(f"/files/{entity}/{project}/{run}/file_stream", {"files": files, "complete": True, "exitcode": 0})
"""


class Grid:
    """A repository with a job that tries every point of a grid, and the command line in it."""

    def __init__(self, root: Path, tried: Path) -> None:
        self.root = root
        self._tried = tried

    def write(
        self, program: str, scheduler: str, cpu: float, more: str = "", wandb: str = "", size: int = POINTS
    ) -> None:
        points = list(range(1, size + 1))
        job = JOB.format(points=points, scheduler=scheduler, cpu=cpu, tried=self._tried, wandb=wandb) + more
        Checkout(self.root).commit({"trial.py": program, "jobs/grid.yaml": job})

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "runner", *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def done(self, *arguments: str, **environment: str) -> str:
        """Gives a command, and `runner retry` while the report asks for it; what was printed last."""
        for _ in range(4):
            process = self.start(*arguments, **environment)
            output, _ = process.communicate(timeout=400)
            if process.returncode == 0 and "runner retry gives them another try" not in output:
                return output
            arguments = ("retry",)
        raise AssertionError(output)

    def events(self) -> list[Any]:
        (journal,) = self.root.glob(".runner/runs/*/journal.jsonl")
        return read_events(journal)

    def tried(self) -> Counter[int]:
        """How often a program began to work on each point."""
        return Counter(map(int, self._tried.read_text().split()))

    def landed(self, name: str) -> str:
        """A file of the one branch that there is, by the end of its path."""
        checkout = Checkout(self.root)
        assert checkout.git("branch", "--list", "runner/*", "--format=%(refname:short)") == "runner/grid"
        (path,) = [
            path
            for path in checkout.git("ls-tree", "-r", "--name-only", "runner/grid").split()
            if path.startswith("results/") and path.endswith(f"/{name}")
        ]
        return checkout.git("show", f"runner/grid:{path}")

    def trials(self) -> list[dict[str, Any]]:
        return list(json.loads(self.landed("study.json"))["trials"])

    def left_running(self) -> list[str]:
        """Programs that still work on a trial."""
        return [line for line in map(command_line, table()) if "trial.py" in line]


def check_every_point_finished_once(grid: Grid, size: int) -> list[AttemptFinished]:
    """Every attempt's end, of trials that have each a point of their own and one success."""
    events, every = grid.events(), list(range(1, size + 1))
    assert sorted(event.point["x"] for event in events if isinstance(event, TrialSuggested)) == every
    ends = [event for event in events if isinstance(event, AttemptFinished)]
    succeeded = Counter(event.task for event in ends if event.outcome == "succeeded")
    assert len(succeeded) == size
    assert set(succeeded.values()) == {1}
    trials = grid.trials()
    assert sorted(trial["parameters"]["x"] for trial in trials) == every
    assert {trial["state"] for trial in trials} == {"finished"}
    return ends


@pytest.fixture
def grid(checkout: Callable[..., Checkout], tmp_path: Path) -> Grid:
    return Grid(checkout("grid").root, tmp_path / "tried.txt")


def test_with_the_embedded_scheduler_every_point_finishes_once(grid: Grid) -> None:
    """Programs, worker processes and drivers are killed; every command is one that a person gives."""
    grid.write(POINT + TRIED + WORK, "embedded", cpu=1)
    chance, killed = Random(2026), Counter[str]()
    kinds = {"worker": "runner.worker.slot", "program": "trial.py"}
    for command in (["run", "grid"], ["retry"], ["retry"]):
        driver = grid.start(*command)
        with Killer(driver, kinds, dict.fromkeys(kinds, 10), chance, pause=(0.02, 0.15)) as killer:
            killer.join(timeout=60)
            driver.send_signal(signal.SIGKILL)
            driver.communicate()
        killed += killer.killed
    grid.done("retry")
    assert killed["worker"] >= 10, killed
    assert killed["program"] >= 10, killed

    ends = check_every_point_finished_once(grid, POINTS)
    assert sum(event.outcome != "succeeded" for event in ends) >= 10
    assert POINTS < grid.tried().total() <= len(ends)
    assert grid.left_running() == []


def test_on_modal_every_point_finishes_once(grid: Grid, plane: Plane) -> None:
    """Containers of trials and of the coordinator are killed, and taken away."""
    Checkout(grid.root).commit({"runner.toml": f'[modal]\nprefix = "k{abs(hash(grid.root)) % 10**8}"\n'})
    longer = WORK.replace("0.03", "1.0")  # so that containers are killed while they work
    grid.write(POINT + longer, "embedded", cpu=1, size=ON_MODAL)
    chance, killed = Random(2026), Counter[str]()
    driver = grid.start("run", "grid", "--backend", "modal")
    while driver.poll() is None and (killed["stage-trials"] < 6 or killed["coordinate"] < 2):
        time.sleep(chance.uniform(0.5, 2.0))
        function = chance.choice(["stage-trials", "coordinate"])
        gone = plane.kill(function) if chance.random() < 0.5 else plane.preempt(function, grace=0.5)
        killed[function] += len(gone)
    driver.communicate(timeout=240)
    if driver.returncode:
        grid.done("retry", "--follow")
    ends = check_every_point_finished_once(grid, ON_MODAL)
    assert killed["stage-trials"] >= 6, killed
    assert killed["coordinate"] >= 2, killed
    assert any(event.outcome != "succeeded" for event in ends)


def test_with_the_scheduler_of_wandb_no_point_runs_twice_and_the_report_says_what_it_lost(
    grid: Grid, wandb_server: WandbServer
) -> None:
    wandb_server.timing.silence, wandb_server.timing.unlisted = 5.0, 2.0
    more = "  runs_per_worker: 13\n  secrets: [WANDB_API_KEY]\n  project: games\n"
    grid.write(POINT + TRIED + TOLD, "wandb", cpu=0.125, more=more, wandb=wandb_server.url)
    kinds = {
        "agent": "-m wandb agent",
        "watcher": "run_agent.py",
        "program": "trial.py",
        "worker": "runner.worker.slot",
    }
    kills = {"agent": 1, "watcher": 1, "program": 8, "worker": 2}  # five different agents' tasks end a run
    driver = grid.start("run", "grid", **wandb_server.environment(), WANDB_APP_URL="https://wandb.example")
    with Killer(driver, kinds, kills, Random(2026), pause=(1.0, 4.0)) as killer:
        output, _ = driver.communicate(timeout=400)
    assert driver.returncode == 0, output
    assert killer.killed == kills

    assert grid.tried().most_common(1)[0][1] == 1
    runs = wandb_server.all_runs
    assert sorted(run.point["x"] for run in runs) == list(range(1, POINTS + 1))
    states = Counter(run.state for run in runs)
    lost = POINTS - states["finished"]
    assert states == {"finished": POINTS - lost, "crashed": lost}
    assert kills["program"] <= lost <= sum(kills.values())
    said = f"{lost} of {POINTS} trials are lost: W&B counts a point as tried even where its run failed or "
    assert f"{said}crashed, and the embedded scheduler would try it again\n" in output
    assert Counter(trial["state"] for trial in grid.trials()) == {"finished": POINTS - lost, "failed": lost}
    assert grid.left_running() == []
