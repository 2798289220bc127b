"""What tasks print, from wherever it can be read: this machine, or the provider where they work."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from runner.engine.layout import RunLayout
from runner.engine.record import RECORD, read_plan
from runner.engine.remote import Remote
from runner.engine.run_lock import holder
from runner.errors import InputError
from runner.ledger import Entry
from runner.pipeline.finding import Found, remote_of
from runner.pipeline.reading_state import fetch_state, is_over, read_state
from runner.pipeline.workspace import Workspace
from runner.plan.model import Plan

LONGEST_LINE: Final = 1 << 16
REMOTE_LOOK_SECONDS: Final = 1.0


class Logs(Protocol):
    """The logs of some tasks, read bit by bit."""

    def look(self) -> bool:
        """Finds out how the run stands; False when nothing more can come after the next `lines`."""
        ...

    def lines(self) -> Iterator[tuple[str, str]]:
        """What came since the last time, as task and line."""
        ...


def plan_of(workspace: Workspace, found: Found) -> Plan:
    """The plan of a run, which comes here where it has not been here before.

    Raises InputError where nothing of the run has begun.
    """
    entry, layout = found.entry, found.layout
    if entry is not None and not entry.driver:
        raise InputError(
            "not-begun",
            f"nothing of the run {entry.run} has begun, so nothing was printed",
            fix=f"see how it stands with: runner status {entry.run}",
        )
    if entry is not None and not (layout.directory / RECORD).is_file():
        remote_of(workspace, entry).fetch(layout)
    return read_plan(layout)


@contextmanager
def open_logs(
    workspace: Workspace, found: Found, tasks: Sequence[str], attempt: int | None
) -> Iterator[Logs]:
    """The logs of these tasks: of that attempt, or else of the latest of each."""
    if found.entry is None or found.entry.state == "finished":
        if found.entry is not None:
            _bring_missing(remote_of(workspace, found.entry), found.layout, found.entry, tasks)
        yield LocalLogs(found.layout, tasks, attempt)
    else:
        yield RemoteLogs(remote_of(workspace, found.entry), found.layout, found.entry, tasks, attempt)


class LocalLogs:
    """Files that may still grow."""

    def __init__(self, layout: RunLayout, tasks: Sequence[str], attempt: int | None) -> None:
        self._layout = layout
        self._tasks = tasks
        self._attempt = attempt
        self._positions: dict[Path, int] = {}
        self._growing = False

    def look(self) -> bool:
        """Whether a process drives the run."""
        self._growing = holder(self._layout.lock) is not None
        return self._growing

    def lines(self) -> Iterator[tuple[str, str]]:
        """Whole lines; the last one without its end waits for the rest while the log may grow."""
        for task in self._tasks:
            path = self._layout.log(task, self._attempt or _latest(self._layout, task))
            for line in self._read(path):
                yield task, line

    def _read(self, path: Path) -> Iterator[str]:
        if not path.exists():
            return
        with path.open("rb") as file:
            file.seek(self._positions.get(path, 0))
            while line := file.readline(LONGEST_LINE):
                if self._growing and not line.endswith(b"\n") and len(line) < LONGEST_LINE:
                    break
                self._positions[path] = file.tell()
                yield line.decode(errors="replace").rstrip("\n")


class RemoteLogs:
    """Live attempts through the provider's own logs, ended ones from their files."""

    def __init__(
        self, remote: Remote, layout: RunLayout, entry: Entry, tasks: Sequence[str], attempt: int | None
    ) -> None:
        self._remote = remote
        self._layout = layout
        self._entry = entry
        self._tasks = tasks
        self._attempt = attempt
        self._told: dict[tuple[str, int], float] = {}
        self._counted: dict[tuple[str, int], int] = {}
        self._ended: set[tuple[str, int]] = set()
        self._next_look = 0.0

    def look(self) -> bool:
        """Fetches the journal, at most once a second."""
        time.sleep(max(0.0, self._next_look - time.monotonic()))
        self._next_look = time.monotonic() + REMOTE_LOOK_SECONDS
        driven = bool(self._entry.driver) and self._remote.drives(self._entry.driver)
        self._state = fetch_state(self._remote, self._layout)
        return driven and not is_over(self._state, self._entry.retries)

    def lines(self) -> Iterator[tuple[str, str]]:
        """New lines of live attempts; of one that has ended, whatever was not told yet."""
        for task in self._tasks:
            known = self._state.tasks[task]
            number = self._attempt or known.attempt
            key = (task, number)
            if number == 0 or key in self._ended:
                continue
            if known.live is not None and known.live.attempt == number:
                yield from self._live(key, known.live.handle)
            else:
                self._ended.add(key)
                yield from self._rest(key)

    def _live(self, key: tuple[str, int], handle: str) -> Iterator[tuple[str, str]]:
        if not handle:
            return
        for line in self._remote.log(handle, self._told.get(key, 0.0)):
            self._told[key] = line.at
            self._counted[key] = self._counted.get(key, 0) + 1
            yield key[0], line.text

    def _rest(self, key: tuple[str, int]) -> Iterator[tuple[str, str]]:
        """The file has every line; those that were told live are its first."""
        if not self._remote.bring_log(self._layout, *key):
            return
        lines = self._layout.log(*key).read_text(errors="replace").splitlines()
        for text in lines[self._counted.get(key, 0) :]:
            yield key[0], text


def _bring_missing(remote: Remote, layout: RunLayout, entry: Entry, tasks: Sequence[str]) -> None:
    """Brings the logs of a run that was collected on another machine."""
    state = read_state(layout)
    if not is_over(state, entry.retries):
        state = fetch_state(remote, layout)
    for task in tasks:
        number = state.tasks[task].attempt
        if number and not layout.log(task, number).exists():
            remote.bring_log(layout, task, number)


def _latest(layout: RunLayout, task: str) -> int:
    numbers = [int(path.name.removeprefix("attempt-")) for path in layout.task(task).glob("attempt-*")]
    return max(numbers, default=1)
