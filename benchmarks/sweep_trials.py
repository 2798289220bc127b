"""A thousand trials that do next to nothing, against other ways to run them.

Beside us: the bare processes, Optuna's ask and tell around the same processes, and W&B's own agent on
the loopback server, of which few are enough, as it takes seconds for each.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.engine import SLOTS, Nobody, write_snapshot
from benchmarks.measure import Row, alternate, row
from runner.backends.local import LocalBackend
from runner.engine.execute import execute
from runner.engine.layout import RunLayout
from runner.plan.macros import trial_command
from runner.plan.model import PinnedSource, Plan, Requirements, Search, Stage, Task

TRIALS = 1_000
AGENT_TRIALS = 6
ROUNDS = 3
PARAMETERS: dict[str, Any] = {"x": {"min": -1.0, "max": 1.0}, "y": {"min": -1.0, "max": 1.0}}
PROGRAM = """\
import json, os, sys
x, y = (float(argument.partition("=")[2]) for argument in sys.argv[1:])
with open(os.path.join(os.environ["RUNNER_OUTPUT_DIR"], "metrics.json"), "w") as file:
    json.dump({"loss": x * x + y * y}, file)
"""


def search(method: Any) -> Search:
    """Two numbers, and a loss that depends on both."""
    parameters = PARAMETERS
    if method == "grid":
        parameters = {"x": {"values": [index / 40 for index in range(40)]}, "y": {"values": list(range(25))}}
    return Search(
        method=method,
        parameters=parameters,
        command=("${env}", sys.executable, "-c", PROGRAM, "${args}"),
        metric="loss",
    )


def plan(method: str) -> Plan:
    """One stage of trials."""
    width = len(str(TRIALS))
    known = search(method)
    stage = Stage(
        name="trials",
        tasks=tuple(Task(f"trials/{number:0{width}}", (known.command,)) for number in range(1, TRIALS + 1)),
        requirements=Requirements(cpu=1, memory=1 << 30, timeout=60),
        search=known,
    )
    return Plan(
        job="trivial",
        kind="Sweep",
        source=PinnedSource("commit", "tree"),
        manifest={},
        stages=(stage,),
        seed=7,
    )


def run_with_runner(method: str, folder: Path) -> None:
    """Our engine, its local backend, and the embedded scheduler."""
    layout = RunLayout(folder)
    layout.directory.mkdir()
    write_snapshot(layout.snapshot)
    state = execute(plan(method), layout, LocalBackend({}, slots=SLOTS), Nobody())
    measured = [task.value for task in state.in_plan_order if task.value is not None]
    if state.finished != "succeeded" or len(measured) != TRIALS:
        raise RuntimeError(f"{len(measured)} trials measured; {state.reason}")


def run_in_pool(points: Iterator[dict[str, Any]], folder: Path, told: Callable[[int, float], None]) -> None:
    """The same processes, started whenever one ends; `told` hears of every loss."""
    known = search("random")
    live: dict[int, tuple[int, Path, subprocess.Popen[bytes]]] = {}
    for number, point in enumerate(points):
        if len(live) == SLOTS:
            _reap(live, told)
        output = folder / str(number)
        output.mkdir(parents=True)
        process = subprocess.Popen(
            trial_command(known, point), env={**os.environ, "RUNNER_OUTPUT_DIR": str(output)}
        )
        live[process.pid] = (number, output, process)
    while live:
        _reap(live, told)


def _reap(
    live: dict[int, tuple[int, Path, subprocess.Popen[bytes]]], told: Callable[[int, float], None]
) -> None:
    pid, status = os.waitpid(-1, 0)
    number, output, process = live.pop(pid)
    process.returncode = os.waitstatus_to_exitcode(status)
    told(number, json.loads((output / "metrics.json").read_bytes())["loss"])


def run_bare(folder: Path) -> None:
    """Processes and nothing else."""
    points = ({"x": 0.001 * number, "y": 0.5} for number in range(TRIALS))
    run_in_pool(points, folder, lambda number, loss: None)


def run_with_optuna(folder: Path) -> None:
    """Optuna's random sampler asks, processes answer."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=7))
    asked: list[Any] = []

    def points() -> Iterator[dict[str, Any]]:
        for _ in range(TRIALS):
            trial = study.ask()
            asked.append(trial)
            yield {name: trial.suggest_float(name, -1.0, 1.0) for name in PARAMETERS}

    run_in_pool(points(), folder, lambda number, loss: study.tell(asked[number], loss))


def seconds_per_agent_trial(folder: Path) -> float:
    """One real `wandb agent` on the loopback server; seconds from its start to its end, by its trials."""
    from tests.standins.wandb.server import WandbServer

    with WandbServer() as server:
        told = {
            **os.environ,
            **server.environment(),
            "WANDB_SILENT": "true",
            "RUNNER_OUTPUT_DIR": str(folder),
        }
        config = {
            "method": "random",
            "parameters": PARAMETERS,
            "command": ["${env}", sys.executable, "-c", PROGRAM, "${args}"],
        }
        create = "import json, sys, wandb; print(wandb.sweep(json.loads(sys.argv[1]), project='trivial'))"
        made = subprocess.run(
            [sys.executable, "-c", create, json.dumps(config)],
            env=told,
            check=True,
            capture_output=True,
            text=True,
        )
        sweep = made.stdout.split()[-1]
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "wandb", "agent", "--count", str(AGENT_TRIALS), f"trivial/{sweep}"],
            env=told, cwd=folder, check=True, capture_output=True,
        )  # fmt: skip
        return (time.perf_counter() - began) / AGENT_TRIALS


def rows() -> list[Row]:
    """Milliseconds per trial; the embedded scheduler's own part is the difference to plain tasks."""
    numbers = itertools.count()
    with tempfile.TemporaryDirectory() as name:

        def folder() -> Path:
            return Path(name) / str(next(numbers))

        candidates: dict[str, Callable[[], object]] = {
            "random": lambda: run_with_runner("random", folder()),
            "grid": lambda: run_with_runner("grid", folder()),
            "bare": lambda: run_bare(folder()),
        }
        if find_spec("optuna"):
            candidates["optuna"] = lambda: run_with_optuna(folder())
        times = {name: 1e3 * taken / TRIALS for name, taken in alternate(candidates, ROUNDS).items()}
        agent_folder = folder()
        agent_folder.mkdir()
        times["agent"] = 1e3 * seconds_per_agent_trial(agent_folder)
    return list(_rows(times))


def _rows(times: dict[str, float]) -> Iterator[Row]:
    peers = {
        "bare": ("the same processes, bare", "at most 20 ms more"),
        "optuna": ("Optuna's ask and tell around them", ""),
        "agent": (f"one `wandb agent`, loopback server, by {AGENT_TRIALS} trials", "below 0.1"),
    }
    for method in ("random", "grid"):
        for peer, (name, target) in peers.items():
            if peer not in times:
                continue
            ours, theirs = times[method], times[peer]
            extra = f" ({ours - theirs:+.1f} ms)" if peer == "bare" else ""
            what = f"one of {TRIALS:,} {method} trials, {SLOTS} slots"
            yield row(what, f"{ours:.1f} ms{extra}", name, f"{theirs:.1f} ms", ours / theirs, target)
    if "optuna" not in times:
        yield row("the same beside Optuna", "", "not measured: pip install 'runner[bench]'", "", 0.0, "")


if __name__ == "__main__":
    for measured in rows():
        print(measured)
