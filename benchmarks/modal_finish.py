"""Lays a launched run on the plane's Volumes as its coordinator leaves it in the end, without waiting for it.

    python -m benchmarks.modal_finish RUN_FOLDER DRIVER

One task is really run, by a worker of this machine. All others get its files under their own names,
and the engine writes the journal of them all.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import modal
import msgspec
from msgspec.structs import replace

from benchmarks.engine import Nobody, write_snapshot
from runner.backends.local import LocalBackend
from runner.backends.modal.names import BUNDLE, JOURNAL, run_folder
from runner.backends.modal.packing import pack
from runner.backends.modal.transfer import Store
from runner.engine.backend import UNBOUNDED, Finished, Order
from runner.engine.execute import execute
from runner.engine.layout import RunLayout
from runner.engine.record import read_plan
from runner.engine.state import State
from runner.plan.model import Plan
from runner.settings import ModalSettings

FILE_SIZE, MOST_OUTPUT = 10 << 20, 2 << 30


class Copying:
    """A backend whose attempts end at once, each with the files of an attempt that really was."""

    slots = UNBOUNDED

    def __init__(self, example: Path) -> None:
        """`example` is the folder of a finished attempt."""
        self._example = example
        self._result = msgspec.json.decode((example / "result.json").read_bytes())
        self._ended: list[Finished] = []
        self._layout: RunLayout

    @contextmanager
    def open(self, plan: Plan, layout: RunLayout) -> Iterator[Copying]:
        """Begins to work on a run."""
        self._layout = layout
        yield self

    def start(self, orders: Sequence[Order]) -> list[str]:
        """Copies the example for each."""
        for order in orders:
            folder = self._layout.attempt(order.task, order.attempt)
            shutil.copytree(self._example, folder, ignore=shutil.ignore_patterns("work"))
            result = {**self._result, "task": order.task, "attempt": order.attempt}
            (folder / "result.json").write_bytes(msgspec.json.encode(result))
            self._ended.append(msgspec.convert(result, Finished))
        return [f"fc-{order.task}" for order in orders]

    def poll(self, timeout: float) -> list[Finished]:
        """All that were started since."""
        ended, self._ended = self._ended, []
        return ended

    def cancel(self, task: str, attempt: int) -> None:
        """Nothing is left to cancel."""

    def output(self, task: str, attempt: int) -> Path:
        """Where the copy of the example lies."""
        return self._layout.output(task, attempt)

    def recover(self, task: str, attempt: int, handle: str) -> Finished:
        """Nobody worked on the run before."""
        raise AssertionError(task)


def example(plan: Plan, folder: Path) -> Path:
    """The folder of an attempt at the plan's first task, after it has really run."""
    layout = RunLayout(folder / "example")
    layout.directory.mkdir()
    write_snapshot(layout.snapshot)
    stage = plan.stages[0]
    one = replace(plan, stages=(replace(stage, tasks=stage.tasks[:1]),))
    succeeded(execute(one, layout, LocalBackend({}), Nobody()))
    return layout.attempt(stage.tasks[0].id, 1)


def succeeded(state: State) -> State:
    """Raises RuntimeError where a run did not."""
    if state.finished != "succeeded":
        raise RuntimeError(state.reason)
    return state


def main(run: str, driver: str) -> None:
    """Ends the driver and puts journal and bundle where it would have."""
    home = RunLayout(Path(run))
    plan = read_plan(home)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        layout = RunLayout(folder / home.run)
        layout.directory.mkdir()
        state = succeeded(execute(plan, layout, Copying(example(plan, folder)), Nobody()))
        pack(state, layout, folder / BUNDLE, file_size=FILE_SIZE, most_output=MOST_OUTPUT)
        modal.FunctionCall.from_id(driver).cancel()
        there = run_folder(home.run)
        files = {f"{there}/{JOURNAL}": layout.journal, f"{there}/{BUNDLE}": folder / BUNDLE}
        Store(ModalSettings(), "control").put(files)


if __name__ == "__main__":
    main(*sys.argv[1:])
