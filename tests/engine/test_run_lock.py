import os
import subprocess
import sys
from pathlib import Path

import pytest

from runner.engine.run_lock import hold, holder
from runner.errors import InputError

HOLD = """
import sys, time
from pathlib import Path
from runner.engine.run_lock import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_driver_is_told_who_drives(tmp_path: Path) -> None:
    lock = tmp_path / "run-1" / "lock"
    lock.parent.mkdir()
    with subprocess.Popen([sys.executable, "-c", HOLD, lock], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with (
            pytest.raises(InputError, match=f"the process {other.pid} drives this run already") as caught,
            hold(lock),
        ):
            pass
        assert caught.value.fix.endswith("runner cancel run-1")
        assert holder(lock) == other.pid
        other.kill()


def test_the_lock_of_a_killed_driver_is_free(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, lock], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        other.kill()
    assert holder(lock) is None
    with hold(lock):
        assert holder(lock) == os.getpid()


def test_a_run_that_nobody_ever_drove_has_no_holder(tmp_path: Path) -> None:
    assert holder(tmp_path / "lock") is None


def test_whoever_only_asks_is_never_taken_for_the_driver(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.touch()
    ask = "import sys; from pathlib import Path; from runner.engine.run_lock import holder\n"
    ask += "print('asking', flush=True)\nwhile True: holder(Path(sys.argv[1]))"
    with subprocess.Popen([sys.executable, "-c", ask, lock], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        try:
            for _ in range(300):
                with hold(lock):
                    pass
        finally:
            other.kill()
