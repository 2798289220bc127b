"""Launching plans of many tasks on the loopback Modal, and bringing them home, beside a plain script.

The script calls `.spawn()`, and later `.get()`, in a loop, on the same plane. Both sides are processes
of their own, measured from before their interpreter starts. No task runs at the plane, which holds
them; `modal_finish` lays down there what a run of them leaves.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.measure import Row, row
from benchmarks.modal_process import Done, run
from tests.standins.modal.client import Call, Plane

ROUNDS = {100: 3, 1_000: 3, 5_000: 1}
"""How often each number of tasks is measured."""

SHOWN = 1_000
"""The number of tasks of which everything is shown."""

SETTINGS = 'backend = "modal"\n'
MANIFEST = """\
apiVersion: runner/v1
kind: Command
metadata: {{name: {name}}}
spec:
  command: [sh, -c, 'printf "{{\\"square\\": 4}}" > "$RUNNER_OUTPUT_DIR/metrics.json"']
  matrix: {{value: {values}}}
  resources: {{cpu: 0.125, memory: 256MiB, timeout: 2m}}
"""
MEMORY = "/dev/shm"
"""Everything lies in memory, where that is possible: a disk's moods are no part of what is measured."""

WHAT = {
    "launch": ("`runner launch` of {} tasks, until it returns", "spawn"),
    "drive": ("`runner launch` of {} tasks, until all are spawned", "spawn"),
    "collect": ("`runner collect` of {} finished tasks", "get"),
    "collect --no-publish": ("`runner collect --no-publish` of {} finished tasks", "get"),
}
PEERS = {
    "spawn": "`.spawn()` in a loop, same loopback plane",
    "get": "`.get()` in a loop, same loopback plane",
}
AIMS = {
    "launch": {100: "at most 4", 1_000: "below 1", 5_000: "below 1"},
    "drive": {100: "at most 5", 1_000: "at most 2", 5_000: "at most 1.5"},
    "collect": {100: "at most 4", 1_000: "below 1", 5_000: "below 1"},
    "collect --no-publish": {100: "at most 4", 1_000: "below 1", 5_000: "below 1"},
}
"""A run has costs that a script has not; they count for less, the more tasks it has."""

PERSON = {"NAME": "Ada", "EMAIL": "ada@example.org"}
PATIENCE = 120.0


class Taken(NamedTuple):
    """What something took: seconds, bytes of memory at its peak, requests to the plane."""

    seconds: float
    memory: float
    requests: float


class Bench:
    """A repository with an origin, a plane, and a plain app beside."""

    def __init__(self, folder: Path, plane: Plane) -> None:
        self.plane = plane
        self.folder = folder
        self.project = folder / "project"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            **{f"GIT_{who}_{what}": PERSON[what] for who in ("AUTHOR", "COMMITTER") for what in PERSON},
            "TMPDIR": str(folder),
            "PYTHONPATH": str(Path(__file__).parent.parent),
            **plane.environment,
        }

    def prepare(self) -> None:
        """Commits all jobs, and lets the plane learn what is uploaded but once."""
        (self.project / "jobs").mkdir(parents=True)
        (self.project / "runner.toml").write_text(SETTINGS)
        for count, rounds in ROUNDS.items():
            for number in range(rounds):
                for what in ("launch", "drive"):
                    self._write_job(f"{what}-{count}-{number}", count)
        self._write_job("first", 1)
        self._git("init", "--quiet")
        self._git("add", "--all")
        self._git("commit", "--quiet", "-m", "Begin")
        subprocess.run(["git", "clone", "-q", "--bare", self.project, self.folder / "origin"], check=True)
        self._git("remote", "add", "origin", str(self.folder / "origin"))
        self.plane.hold("*")
        self._run("runner", "launch", "first")
        self.plane.stop("runner-*")
        self._run("benchmarks.modal_script", "deploy")

    def _write_job(self, name: str, tasks: int) -> None:
        text = MANIFEST.format(name=name, values=list(range(tasks)))
        (self.project / "jobs" / f"{name}.yaml").write_text(text)

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.project, env=self._environment, check=True)

    def _run(self, module: str, *arguments: str) -> Done:
        return run(module, *arguments, folder=self.project, environment=self._environment)

    def _measured(self, module: str, *arguments: str) -> tuple[Taken, Done]:
        self.plane.reset_calls()
        done = self._run(module, *arguments)
        asked = sum(call.caller == "client" for call in self.plane.calls())
        return Taken(done.seconds, done.memory, asked), done

    # The runner --------------------------------------------------------------------------------------------

    def launch(self, count: int, number: int) -> tuple[Taken, Mapping[str, Any]]:
        """`runner launch`, until it returns; the coordinator does not start."""
        self.plane.hold("*")
        taken, done = self._measured("runner", "launch", f"launch-{count}-{number}", "--json")
        (launched,) = json.loads(done.said)
        return taken, launched

    def drive(self, count: int, number: int) -> tuple[Taken, float]:
        """From `runner launch` until all attempts are spawned and the journal says so.

        Also how long the spawning alone took. The memory is that of the coordinator's container.
        """
        self._hold_again("stage-*")
        _, done = self._measured("runner", "launch", f"drive-{count}-{number}", "--json")
        (launched,) = json.loads(done.said)
        app = f"runner-{launched['run']}"
        spawned, published = self._spawned(count)
        memory = max(map(peak_memory, self._processes(app)))
        calls = [call for call in self.plane.calls() if call.at <= published]
        self.plane.stop(app)
        asked = sum(call.rpc not in ("ContainerHeartbeat", "AppHeartbeat") for call in calls)
        return Taken(published - done.began, memory, asked), spawned

    def _hold_again(self, functions: str) -> None:
        self.plane.release()
        self.plane.hold(functions)

    def _spawned(self, count: int) -> tuple[float, float]:
        """How long the spawning took, in seconds, and when its end was published."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            time.sleep(0.1)
            if self.plane.counts().get("FunctionMap", 0) <= count:
                continue
            made = [call for call in self.plane.calls() if call.caller != "client"]
            spawns = [call.at for call in made if call.rpc == "FunctionMap"]
            if published := first_after(made, "VolumeCommit", spawns[-1]):
                return spawns[-1] - spawns[0], published
        raise RuntimeError(f"the coordinator did not spawn {count} attempts: {self.plane.counts()}")

    def _processes(self, app: str) -> list[int]:
        """The processes of an app's containers."""
        pending = [one["pid"] for one in self.plane.containers() if one["app"] == app]
        found = []
        while pending:
            found.append(pending.pop())
            children = Path(f"/proc/{found[-1]}/task/{found[-1]}/children").read_text()
            pending += [int(child) for child in children.split()]
        return found

    def collect(self, launched: Mapping[str, Any], *, publish: bool) -> Taken:
        """`runner collect` of a finished run of which this clone has nothing yet."""
        shutil.rmtree(self._run_folder(launched))
        options = () if publish else ("--no-publish",)
        return self._measured("runner", "collect", launched["run"], *options)[0]

    def finish(self, launched: Mapping[str, Any]) -> None:
        """Lets a launched run be finished at the plane."""
        self._run("benchmarks.modal_finish", str(self._run_folder(launched)), launched["driver"])

    def _run_folder(self, launched: Mapping[str, Any]) -> Path:
        return self.project / ".runner" / "runs" / str(launched["run"])

    # The plain script --------------------------------------------------------------------------------------

    def script(self, count: int) -> tuple[Taken, Taken]:
        """The plain script: its spawning, and its taking in of results that lie ready."""
        self.plane.hold("*")
        spawned, _ = self._measured("benchmarks.modal_script", "spawn", str(count), "ids.json")
        self._hold_again("stage-*")
        deadline = time.monotonic() + PATIENCE
        while self.plane.counts().get("FunctionPutOutputs", 0) < count:
            if time.monotonic() > deadline:
                raise RuntimeError("the plain functions do not end")
            time.sleep(0.1)
        collected, _ = self._measured("benchmarks.modal_script", "collect", "ids.json", "results.json")
        return spawned, collected


@contextmanager
def bench() -> Iterator[Bench]:
    """A plane of its own, with everything prepared."""
    where = MEMORY if os.access(MEMORY, os.W_OK) else None
    with (
        tempfile.TemporaryDirectory(prefix="bench-", dir=where) as folder,
        Plane.start(Path(folder, "plane")) as plane,
    ):
        made = Bench(Path(folder), plane)
        made.prepare()
        yield made


def first_after(calls: list[Call], rpc: str, at: float) -> float:
    """When an RPC was first called after a time; 0 where it was not."""
    return next((call.at for call in calls if call.rpc == rpc and call.at > at), 0.0)


def peak_memory(process: int) -> int:
    """The most memory that a living process has had, in bytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return 1024 * int(found[1]) if found else 0


def measure(made: Bench, count: int, number: int) -> dict[str, Taken]:
    """Everything once, ours and the script's in turn."""
    launched, run_named = made.launch(count, number)
    made.finish(run_named)
    driven, spawning = made.drive(count, number)
    collected = made.collect(run_named, publish=True)
    unpublished = made.collect(run_named, publish=False)
    spawned, gotten = made.script(count)
    return {
        "launch": launched,
        "drive": driven,
        "spawning": Taken(spawning, driven.memory, count),
        "collect": collected,
        "collect --no-publish": unpublished,
        "spawn": spawned,
        "get": gotten,
    }


def medians(rounds: list[dict[str, Taken]]) -> dict[str, Taken]:
    """The median of each number."""
    return {
        name: Taken(*map(statistics.median, zip(*(one[name] for one in rounds), strict=True)))
        for name in rounds[0]
    }


def rows() -> list[Row]:
    """Seconds for each number of tasks, everything else for one, and how it grows."""
    with bench() as made:
        taken = {
            count: medians([measure(made, count, number) for number in range(rounds)])
            for count, rounds in ROUNDS.items()
        }
    return [
        *(one for count, found in taken.items() for one in _seconds(count, found)),
        *_requests(taken[SHOWN]),
        *_memory(taken[SHOWN]),
        *_growth(taken),
    ]


def _seconds(count: int, found: Mapping[str, Taken]) -> Iterator[Row]:
    for name, (what, peer) in WHAT.items():
        ours, theirs = found[name].seconds, found[peer].seconds
        aim = AIMS[name][count]
        yield row(
            what.format(f"{count:,}"), f"{ours:.2f} s", PEERS[peer], f"{theirs:.2f} s", ours / theirs, aim
        )


def _requests(found: Mapping[str, Taken]) -> Iterator[Row]:
    for name, aim in {"drive": "at most 1.2", "collect": "at most 0.1"}.items():
        what, peer = WHAT[name]
        ours, theirs = found[name].requests / SHOWN, found[peer].requests / SHOWN
        label = f"requests for a task: {what.format(f'{SHOWN:,}')}"
        yield row(label, f"{ours:.3f}", PEERS[peer], f"{theirs:.3f}", ours / theirs, aim)


def _memory(found: Mapping[str, Taken]) -> Iterator[Row]:
    labels = {
        "launch": f"peak memory of `runner launch`, {SHOWN:,} tasks",
        "drive": f"peak memory of the coordinator, {SHOWN:,} tasks",
        "collect": f"peak memory of `runner collect`, {SHOWN:,} tasks",
    }
    for name, label in labels.items():
        peer = WHAT[name][1]
        ours, theirs = found[name].memory, found[peer].memory
        yield row(
            label, f"{ours / 1e6:.0f} MB", PEERS[peer], f"{theirs / 1e6:.0f} MB", ours / theirs, "at most 2"
        )


def _growth(taken: Mapping[int, Mapping[str, Taken]]) -> Iterator[Row]:
    labels = {
        "drive": "launching until all attempts are spawned",
        "spawning": "the coordinator's spawning alone",
        "collect": "collecting",
    }
    for few, many in pairwise(taken):
        for name, label in labels.items():
            ours, theirs = (1e3 * taken[count][name].seconds / count for count in (many, few))
            yield row(
                f"{label}, per task of {many:,}",
                f"{ours:.2f} ms",
                f"per task of {few:,}",
                f"{theirs:.2f} ms",
                ours / theirs,
                "at most 1.5",
            )


if __name__ == "__main__":
    for measured in rows():
        print(measured)
