import contextlib
import io
import os
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.backends.modal import folder, work
from runner.backends.modal.folder import AttemptFolder
from runner.backends.modal.notices import listening
from runner.backends.modal.work import Done, Work

Do = Callable[..., Done]


@pytest.fixture
def do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Do:
    """Does an attempt at a Python program here, with a real worker process."""
    monkeypatch.setattr(folder, "OUTPUTS_MOUNT", str(tmp_path / "volume"))
    with tarfile.open(tmp_path / "snapshot.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo("empty"), io.BytesIO())

    def do(program: str, **changes: Any) -> Done:
        order = {
            "run": "run-1",
            "task": "work/it",
            "attempt": 1,
            "seed": 7,
            "checkpoint": str(tmp_path / "checkpoint"),
            "snapshot": str(tmp_path / "snapshot.tar"),
            "steps": [[sys.executable, "-c", program]],
            "environment": {},
            "secret_names": [],
            "timeout": 30,
            "memory": 1 << 30,
            "grace": 1.0,
            **changes,
        }
        attempt = AttemptFolder(order, lambda: None)
        attempt.claim("fc-1")
        own = tmp_path / "own"
        own.mkdir()
        done: list[Done] = []
        with contextlib.suppress(KeyboardInterrupt), listening() as notices:
            done.append(Work(order, attempt, notices, time.monotonic()).run(own))
        return done[0]

    return do


def test_a_worker_that_dies_takes_its_programs_along(do: Do, tmp_path: Path) -> None:
    program = (
        "import os, signal, subprocess, time\n"
        "child = subprocess.Popen(['sleep', '60'], start_new_session=True)\n"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(child.pid))\n"
        "os.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(60)\n"
    )
    done = do(program)
    assert done.result["outcome"] == "infrastructure"
    assert done.result["reason"] == "the worker process died with exit code -9"
    assert done.output is None
    state = Path(f"/proc/{(tmp_path / 'pid').read_text()}/stat")
    assert not state.exists() or b") Z " in state.read_bytes()


def test_a_machine_that_is_taken_away_does_not_wait_for_a_worker_that_hangs(
    do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PATIENCE", 0.5)
    program = (
        "import os, signal, time\n"
        "os.kill(os.getppid(), signal.SIGSTOP)\n"
        f"os.kill({os.getpid()}, signal.SIGINT)\n"
        "time.sleep(60)\n"
    )
    done = do(program)
    assert (done.result["outcome"], done.output) == ("preempted", None)
    assert done.result["ended"] - done.result["started"] < 10


def test_log_and_checkpoint_are_committed_while_it_works(do: Do, tmp_path: Path) -> None:
    program = (
        "import pathlib, time\n"
        "print('said', flush=True)\n"
        f"log = pathlib.Path({str(tmp_path / 'volume/run-1/tasks/work/it/attempt-1/log.txt')!r})\n"
        "while not (log.exists() and 'said' in log.read_text()): time.sleep(0.05)\n"
    )
    assert do(program, commit_every=0.1).result["outcome"] == "succeeded"


def test_progress_is_shown_while_it_works_without_secrets(
    do: Do, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_KEY", "correct-horse-battery")
    shown = tmp_path / "volume/run-1/tasks/work/it/attempt-1/output/metrics.jsonl"
    program = (
        "import os, pathlib, time\n"
        "own = pathlib.Path(os.environ['RUNNER_OUTPUT_DIR'], 'metrics.jsonl')\n"
        "own.write_text('{\"%s\": 1}\\n' % os.environ['API_KEY'])\n"
        f"shown = pathlib.Path({str(shown)!r})\n"
        "while not shown.exists(): time.sleep(0.05)\n"
        "assert shown.read_text() == '{\"***\": 1}\\n'\n"
        "own.unlink()\n"
    )
    done = do(program, commit_every=0.1, commit_progress=True, secret_names=["API_KEY"])
    assert done.result["outcome"] == "succeeded"
