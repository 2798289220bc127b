"""Processes below a supervisor: whatever ends the program above it, none is left."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workloads.textgames.serving import supervisor

FAMILY = "sleep 600 & (sleep 600 & sleep 600) & wait"
STUBBORN = "trap '' TERM; while true; do sleep 0.2; done"

Start = Callable[..., "subprocess.Popen[bytes]"]


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    given_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < given_up, "it did not come about"
        time.sleep(0.02)


def line(parent: int | str, grace: float, *command: str) -> list[str]:
    return [sys.executable, "-I", "-S", supervisor.__file__, str(parent), str(grace), *command]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a command below a supervisor whose parent is this process."""
    begun: list[subprocess.Popen[bytes]] = []

    def begin(*command: str, grace: float = 5, **options: object) -> "subprocess.Popen[bytes]":
        own = line(os.getpid(), grace, *command)
        begun.append(subprocess.Popen(own, start_new_session=True, **options))  # type: ignore[call-overload]
        return begun[-1]

    yield begin
    for process in begun:
        process.kill()
        process.wait()
        supervisor.signal_members(process.pid, signal.SIGKILL)
        if process.stdout:
            process.stdout.close()


def test_the_exit_status_is_the_commands(start: Start) -> None:
    assert start("sh", "-c", "exit 7").wait(20) == 7


def test_a_signal_that_ended_the_command_is_told_as_a_shell_does(start: Start) -> None:
    assert start("sh", "-c", "kill -9 $$").wait(20) == 128 + signal.SIGKILL


def test_what_a_command_leaves_behind_ends_with_it(start: Start) -> None:
    process = start("sh", "-c", "sleep 600 & sleep 600 & exit 3")
    assert process.wait(20) == 3
    assert supervisor.members(process.pid) == []


def test_children_and_their_orphans_end_when_it_is_told_to(start: Start) -> None:
    process = start("sh", "-c", FAMILY)
    until(lambda: len(supervisor.members(process.pid)) >= 4)
    process.send_signal(signal.SIGTERM)
    process.wait(20)
    assert supervisor.members(process.pid) == []


def test_what_does_not_end_by_itself_is_killed_after_the_grace(start: Start) -> None:
    process = start("sh", "-c", STUBBORN, grace=0.3)
    until(lambda: len(supervisor.members(process.pid)) >= 1)
    time.sleep(0.3)
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 128 + signal.SIGKILL
    assert time.monotonic() - begun >= 0.3
    assert supervisor.members(process.pid) == []


def test_nothing_is_left_when_the_program_above_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "supervisor"
    program = (
        "import os, subprocess, sys, time, pathlib\n"
        "line = [a.replace('PARENT', str(os.getpid())) for a in sys.argv[2:]]\n"
        "pid = subprocess.Popen(line, start_new_session=True).pid\n"
        "pathlib.Path(sys.argv[1]).write_text(str(pid) + '.')\n"
        "time.sleep(600)\n"
    )
    above = subprocess.Popen(
        [sys.executable, "-c", program, str(note), *line("PARENT", 5, "sh", "-c", FAMILY)]
    )
    until(lambda: note.exists() and note.read_text().endswith("."))
    session = int(note.read_text()[:-1])
    until(lambda: len(supervisor.members(session)) >= 4)
    above.kill()
    above.wait()
    until(lambda: not supervisor.members(session) and not Path(f"/proc/{session}").exists())


def test_a_parent_that_is_gone_before_the_start_is_noticed() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    done = subprocess.run(line(gone.pid, 1, "sleep", "600"), start_new_session=True, timeout=20)
    assert done.returncode == 128 + signal.SIGTERM


SHARING = """
import multiprocessing.shared_memory as shared, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
memory = shared.SharedMemory(create=True, size=1000)
print(memory.name, flush=True)
time.sleep(600)
"""


def test_shared_memory_of_what_is_killed_is_removed(start: Start) -> None:
    process = start(
        sys.executable, "-c", SHARING, grace=0.2, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    memory = Path("/dev/shm") / process.stdout.readline().decode().strip()
    assert memory.exists()
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 128 + signal.SIGKILL
    assert supervisor.members(process.pid) == []
    assert not memory.exists()


def test_temporary_files_of_the_command_go_with_it(start: Start) -> None:
    process = start("sh", "-c", "touch $TMPDIR/left; echo $TMPDIR", stdout=subprocess.PIPE)
    assert process.stdout is not None
    folder = process.stdout.read().decode().strip()
    assert process.wait(20) == 0
    assert folder and not Path(folder).exists()


def test_temporary_files_have_short_paths(start: Start, tmp_path: Path) -> None:
    long = tmp_path / ("x" * 60)
    long.mkdir()
    environment = {**os.environ, "TMPDIR": str(long)}
    process = start("sh", "-c", "echo $TMPDIR", stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    assert len(process.stdout.read().decode().strip()) < 60
    assert process.wait(20) == 0


def test_it_needs_nothing_but_the_standard_library(tmp_path: Path) -> None:
    alone = tmp_path / "supervisor.py"
    shutil.copy(supervisor.__file__, alone)
    command = [sys.executable, "-I", "-S", str(alone), str(os.getpid()), "1", "true"]
    assert subprocess.run(command, timeout=20, start_new_session=True).returncode == 0
