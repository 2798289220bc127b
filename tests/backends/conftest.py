import io
import sys
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from runner.backends.local import LocalBackend
from runner.engine.events import Event
from runner.engine.execute import execute
from runner.engine.layout import RunLayout
from runner.engine.state import State
from runner.plan.model import PinnedSource, Plan, Requirements, Stage, Task


def python(program: str) -> tuple[tuple[str, ...], ...]:
    """The steps of a task that runs this program."""
    return ((sys.executable, "-c", program),)


def write_snapshot(path: Path, files: Mapping[str, bytes]) -> None:
    with tarfile.open(path, "w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


class Watcher:
    """Keeps what happened; `on` are called with each event."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.ticks = 0
        self.on: list[Callable[[Event], None]] = []
        self.on_tick: list[Callable[[State], None]] = []

    def event(self, event: Event, state: State) -> None:
        self.events.append(event)
        for call in self.on:
            call(event)

    def tick(self, state: State) -> None:
        self.ticks += 1
        for call in self.on_tick:
            call(state)


class Run:
    """A run of a plan with one stage, or several, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.layout = RunLayout(folder / "run-1")
        self.layout.directory.mkdir()
        self.watcher = Watcher()
        self.snapshot({"program.py": b"print('hello')\n"})

    def snapshot(self, files: Mapping[str, bytes]) -> None:
        write_snapshot(self.layout.snapshot, files)

    def plan(self, *stages: Stage, **changes: Any) -> Plan:
        source = PinnedSource("commit", "tree")
        return Plan(job="job", kind="Command", source=source, manifest={}, stages=stages, **changes)

    def stage(self, programs: Mapping[str, str], name: str = "work", **changes: Any) -> Stage:
        """A stage of Python programs by task name; the rest belongs to the stage or its requirements."""
        weights = changes.pop("weights", {})
        own = {key: changes.pop(key) for key in tuple(changes) if key in Stage.__struct_fields__}
        needs = Requirements(**{"cpu": 1.0, "memory": 2**30, "timeout": 60, **changes})
        tasks = tuple(
            Task(f"{name}/{task}", python(program), weights=weights.get(task, ()))
            for task, program in programs.items()
        )
        return Stage(name=name, tasks=tasks, requirements=needs, **own)

    def execute(
        self, plan: Plan, *, secrets: Mapping[str, str] | None = None, slots: int = 2, retry: bool = False
    ) -> State:
        backend = LocalBackend(secrets or {}, slots=slots, grace=1.0)
        return execute(plan, self.layout, backend, self.watcher, retry=retry)

    def one(self, program: str, **changes: Any) -> State:
        """Runs a single task, `work/it`."""
        secrets = changes.pop("secrets", {})
        if secrets:
            changes["secrets"] = tuple(secrets)
        return self.execute(self.plan(self.stage({"it": program}, **changes)), secrets=secrets)

    def log(self, task: str = "work/it", attempt: int = 1) -> str:
        return self.layout.log(task, attempt).read_text()

    def output(self, name: str, task: str = "work/it", attempt: int = 1) -> str:
        return (self.layout.output(task, attempt) / name).read_text()


def alive(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


@pytest.fixture
def is_alive() -> Callable[[int], bool]:
    if not Path("/proc/self/stat").exists():
        pytest.skip("needs /proc")
    return alive
