"""A thousand tasks that do nothing, with journal, claims, logs and all, against doing only that."""

from __future__ import annotations

import io
import itertools
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.measure import Row, alternate, row
from runner.backends.local import LocalBackend
from runner.engine.events import Event
from runner.engine.execute import execute
from runner.engine.layout import RunLayout
from runner.engine.state import State
from runner.plan.model import PinnedSource, Plan, Requirements, Stage, Task

TASKS = 1_000
SUBMITIT_TASKS = 20
ROUNDS = 3
SLOTS = 2
PROGRAM = (sys.executable, "-c", "pass")


class Nobody:
    """Watches nothing."""

    def event(self, event: Event, state: State) -> None:
        """Looks away."""

    def tick(self, state: State) -> None:
        """Looks away."""


def plan(tasks: int) -> Plan:
    """One stage of tasks that do nothing."""
    stage = Stage(
        name="idle",
        tasks=tuple(Task(f"idle/{number}", (PROGRAM,)) for number in range(tasks)),
        requirements=Requirements(cpu=1, memory=1 << 30, timeout=60),
    )
    return Plan(
        job="idle", kind="Command", source=PinnedSource("commit", "tree"), manifest={}, stages=(stage,)
    )


def write_snapshot(path: Path) -> None:
    """A small repository: three files in two folders."""
    with tarfile.open(path, "w") as archive:
        for name in ("train.py", "source/model.py", "weights/first.toml"):
            member = tarfile.TarInfo(name)
            member.size = 1_000
            archive.addfile(member, io.BytesIO(b"#" * 1_000))


def run_with_runner(tasks: int, folder: Path) -> None:
    """Our engine and its local backend."""
    layout = RunLayout(folder)
    layout.directory.mkdir()
    write_snapshot(layout.snapshot)
    state = execute(plan(tasks), layout, LocalBackend({}, slots=SLOTS), Nobody())
    if state.finished != "succeeded":
        raise RuntimeError(state.reason)


def run_with_pool(tasks: int) -> None:
    """A bare pool of as many processes: start one whenever one ends."""
    live: dict[int, subprocess.Popen[bytes]] = {}
    for _ in range(tasks):
        if len(live) == SLOTS:
            _reap(live)
        process = subprocess.Popen(PROGRAM)
        live[process.pid] = process
    while live:
        _reap(live)


def _reap(live: dict[int, subprocess.Popen[bytes]]) -> None:
    pid, status = os.waitpid(-1, 0)
    live.pop(pid).returncode = os.waitstatus_to_exitcode(status)


def run_with_submitit(tasks: int) -> None:
    """submitit's local executor, as many jobs at once."""
    import submitit

    with tempfile.TemporaryDirectory() as folder:
        executor = submitit.LocalExecutor(folder)
        executor.update_parameters(timeout_min=1)
        live: list[Any] = []
        for _ in range(tasks):
            if len(live) == SLOTS:
                live.pop(0).result()
            live.append(executor.submit(subprocess.run, PROGRAM, check=True))
        for job in live:
            job.result()


def rows() -> list[Row]:
    """Milliseconds per task, ours beside two peers that take turns with it."""
    numbers = itertools.count()
    with tempfile.TemporaryDirectory() as folder:
        times = alternate(
            {
                "ours": lambda: run_with_runner(TASKS, Path(folder) / str(next(numbers))),
                "pool": lambda: run_with_pool(TASKS),
            },
            ROUNDS,
        )
    submitit = alternate({"submitit": lambda: run_with_submitit(SUBMITIT_TASKS)}, 1)["submitit"]
    what = f"one of {TASKS:,} tasks `python -c pass`, {SLOTS} slots"
    ours = 1e3 * times["ours"] / TASKS
    peers = {
        "bare Popen pool": (1e3 * times["pool"] / TASKS, "at most 1.5"),
        f"submitit's local executor, by {SUBMITIT_TASKS} tasks": (1e3 * submitit / SUBMITIT_TASKS, "below 1"),
    }
    return [
        row(what, f"{ours:.1f} ms", peer, f"{theirs:.1f} ms", ours / theirs, target)
        for peer, (theirs, target) in peers.items()
    ]


if __name__ == "__main__":
    for measured in rows():
        print(measured)
