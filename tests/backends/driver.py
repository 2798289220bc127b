"""Drives a run in a process of its own, to be killed: `driver.py FOLDER [WHEN LINE]`.

WHEN says on which side of writing journal line LINE (from 1) the process kills itself.
"""

import os
import signal
import sys
from pathlib import Path

import msgspec

from runner.backends.local import LocalBackend
from runner.engine.events import Event
from runner.engine.execute import execute
from runner.engine.journal import Journal
from runner.engine.layout import RunLayout
from runner.engine.state import State
from runner.plan.model import Plan


class Killing(Journal):
    """Kills this process before, within or after a line."""

    when, line = "never", 0

    def write(self, line: bytes) -> None:
        Killing.line -= 1
        if Killing.line == 0:
            if self.when == "within":
                super().write(line[: len(line) // 2])
            if self.when == "after":
                super().write(line)
            os.kill(os.getpid(), signal.SIGKILL)
        super().write(line)


class Loud:
    """Says what happens, for the test to wait for."""

    def event(self, event: Event, state: State) -> None:
        print(msgspec.json.encode(event).decode(), flush=True)

    def tick(self, state: State) -> None:
        """Nothing to show."""


if __name__ == "__main__":
    layout = RunLayout(Path(sys.argv[1]))
    if len(sys.argv) > 2:
        Killing.when, Killing.line = sys.argv[2], int(sys.argv[3])
    plan = msgspec.json.decode(layout.plan.read_bytes(), type=Plan)
    state = execute(plan, layout, LocalBackend({}, slots=2, grace=1.0), Loud(), open_journal=Killing)
    print(state.finished)
