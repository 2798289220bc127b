import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runner.worker.driving import WorkerProcess

MakeSpec = Callable[..., dict[str, Any]]


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    worker = WorkerProcess()
    yield worker
    worker.let_go()
    worker.bury(5)


def answer(worker: WorkerProcess) -> bytes:
    lines: list[bytes] | None = []
    while not lines:
        lines = worker.answers()
        assert lines is not None
    return lines[0]


def assert_dead(worker: WorkerProcess) -> None:
    """Waits for the last of it: a dying process closes its descriptors one after the other."""
    deadline = time.monotonic() + 10
    while worker.is_alive():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_it_does_what_it_is_given_and_what_it_is_told(worker: WorkerProcess, make_spec: MakeSpec) -> None:
    worker.give(make_spec("import time; time.sleep(60)"))
    worker.cancel("enough", outcome="suspended")
    assert b'"outcome": "suspended"' in answer(worker)
    assert worker.is_alive()


def test_nothing_of_this_process_s_environment_reaches_it(
    worker: WorkerProcess,
) -> None:
    assert "HOME" in os.environ
    assert Path(f"/proc/{worker.pid}/environ").read_bytes() == f"PATH={os.defpath}\0".encode()


def test_its_death_is_noticed(worker: WorkerProcess, make_spec: MakeSpec) -> None:
    os.kill(worker.pid, signal.SIGKILL)
    assert worker.answers() is None
    assert_dead(worker)
    with pytest.raises(BrokenPipeError):
        worker.give(make_spec())


def test_it_ends_when_it_is_let_go(make_spec: MakeSpec) -> None:
    worker = WorkerProcess()
    worker.give(make_spec("import time; time.sleep(60)"))
    worker.let_go()
    assert worker.bury(10) == 0


def test_it_is_killed_when_it_does_not_end() -> None:
    worker = WorkerProcess()
    os.kill(worker.pid, signal.SIGSTOP)
    worker.let_go()
    assert worker.bury(0.1) == -signal.SIGKILL
