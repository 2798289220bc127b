import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runner.worker.claim import CLAIM, claimed, end_leftovers, leftovers, take

ROOT = Path(__file__).parents[2]


def test_an_attempt_is_claimed_once(tmp_path: Path) -> None:
    first = take(tmp_path / "attempt-1")
    assert first is not None
    assert claimed(tmp_path / "attempt-1")
    assert take(tmp_path / "attempt-1") is None
    first.close()


def test_a_claim_names_the_processes_that_work_on_it(tmp_path: Path) -> None:
    claim = take(tmp_path)
    assert claim is not None
    with subprocess.Popen(["sleep", "60"]) as program:
        claim.name_group(program.pid)
        claim.close()
        assert leftovers(tmp_path) == [-program.pid, os.getpid()]
        program.kill()
    assert leftovers(tmp_path) == [os.getpid()]


def test_another_process_with_the_same_number_is_not_meant(tmp_path: Path) -> None:
    claim = take(tmp_path)
    assert claim is not None
    claim.close()
    known = json.loads((tmp_path / CLAIM).read_text())
    known["worker"]["began"] = "1"
    (tmp_path / CLAIM).write_text(json.dumps(known))
    assert leftovers(tmp_path) == []


def test_half_a_claim_names_nobody(tmp_path: Path) -> None:
    (tmp_path / CLAIM).write_text('{"worker": {"pid"')
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    "spoilt", ["[1]", '{"group": 7}', '{"group": {"pid": "x"}}', '{"group": {"pid": -1}}', "[" * 100_000]
)
def test_a_claim_that_a_program_spoilt_names_nobody(tmp_path: Path, spoilt: str) -> None:
    (tmp_path / CLAIM).write_text(spoilt)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("folder", ["output", "input"])
def test_what_is_left_of_an_attempt_is_ended_wherever_it_went(tmp_path: Path, folder: str) -> None:
    code = "import os, pathlib, sys\nfrom runner.worker.claim import take\n"
    code += "take(pathlib.Path(sys.argv[1]))\nos.execlp('sleep', 'sleep', '60')\n"
    told = {**os.environ, f"RUNNER_{folder.upper()}_DIR": str(tmp_path / folder)}
    with (
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT) as worker,
        subprocess.Popen(["sleep", "60"], env=told, start_new_session=True) as strayed,
    ):
        while leftovers(tmp_path) != [worker.pid]:
            time.sleep(0.01)
        end_leftovers(tmp_path)
        assert worker.wait(5) == strayed.wait(5) == -signal.SIGKILL
