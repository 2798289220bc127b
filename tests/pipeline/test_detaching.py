"""Runs that go on by themselves on this machine."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from runner.worker.processes import family, table
from tests.conftest import ROOT, Run

SLOW = """
command: [python, -c, "import time; print('begun', flush=True); time.sleep(600)"]
secrets: [TOKEN_OF_OURS]
"""
SECRET = "a-secret-that-nobody-sees"


def state(runner: Run, run: str, *awaited: str) -> dict[str, Any]:
    deadline = time.monotonic() + 30
    while True:
        status: dict[str, Any] = json.loads(runner("status", run, "--json").stdout)
        if status["state"] in awaited or time.monotonic() > deadline:
            return status
        time.sleep(0.05)


def gone(processes: set[int]) -> bool:
    """Whether these end within some seconds."""
    deadline = time.monotonic() + 10
    while processes & set(table()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not processes & set(table())


def driver(project: Path, run: str) -> int:
    return int((project / ".runner/runs" / run / "lock").read_text())


def test_a_detached_run_goes_on_and_can_be_watched_ended_and_gone_on_with(
    runner: Run, write_job: Callable[[str, str], Path], project: Path
) -> None:
    write_job("slow", SLOW)
    begun = runner("run", "slow", "--detach", "--json", TOKEN_OF_OURS=SECRET)
    made = json.loads(begun.stdout)
    assert (made["job"], made["new"], made["estimate_usd"]) == ("slow", True, None)
    assert made["bound_usd"] > 0
    run = made["run"]
    assert state(runner, run, "running")["state"] == "running"
    process = driver(project, run)
    told = Path(f"/proc/{process}/cmdline").read_bytes()
    assert run.encode() in told
    assert SECRET.encode() not in told
    while "begun" not in runner("logs", run).stdout:
        time.sleep(0.05)
    busy = runner("run", "slow", "--detach", TOKEN_OF_OURS=SECRET)
    assert (busy.returncode, f"still going: {run}" in busy.stderr) == (2, True)
    assert runner("cancel", run).returncode == 0
    assert state(runner, run, "cancelled")["state"] == "cancelled"
    assert gone({process})


def test_a_run_whose_driver_is_killed_is_interrupted_and_nothing_of_it_works(
    runner: Run, write_job: Callable[[str, str], Path], project: Path
) -> None:
    write_job("slow", SLOW)
    said = runner("run", "slow", "--detach", TOKEN_OF_OURS=SECRET).stdout
    run = said.split()[1]
    assert f"runner cancel {run}" in said
    state(runner, run, "running")
    process = driver(project, run)
    while not (below := family([process], table()) - {process}):
        time.sleep(0.05)
    os.kill(process, signal.SIGKILL)
    assert state(runner, run, "interrupted")["state"] == "interrupted"
    assert gone(below)
    assert runner("cancel", run, TOKEN_OF_OURS=SECRET).returncode == 0


def test_the_same_request_is_the_same_run_and_its_pull_request_is_known(
    runner: Run, write_job: Callable[[str, str], Path]
) -> None:
    write_job("quick", "command: [python, -c, 'print(1)']")
    ask = ("run", "quick", "--detach", "--json", "--request", "monday")
    first, second = (json.loads(runner(*ask).stdout) for _ in range(2))
    assert (second["run"], second["new"]) == (first["run"], False)
    assert state(runner, first["run"], "succeeded")["state"] == "succeeded"
    deadline = time.monotonic() + 10
    while not (proposed := state(runner, first["run"], "succeeded")["pull_request"]):
        assert time.monotonic() < deadline
    assert proposed == "runner/quick"
    other = runner(*ask, "--set", "spec.seed=7")
    assert json.loads(other.stdout)["error"]["code"] == "request-other"


def test_the_same_request_at_the_same_time_is_one_run_and_nobody_is_refused(
    project: Path, write_job: Callable[[str, str], Path], runner: Run
) -> None:
    write_job("slow", SLOW)
    command = [sys.executable, "-m", "runner", "run", "slow", "--detach", "--json", "--request", "ours"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TOKEN_OF_OURS": SECRET}
    asked = [
        subprocess.Popen(command, cwd=project, env=environment, stdout=subprocess.PIPE) for _ in range(3)
    ]
    made = [json.loads(each.communicate()[0]) for each in asked]
    assert sorted(each["new"] for each in made) == [False, False, True]
    (run,) = {each["run"] for each in made}
    assert runner("cancel", run).returncode == 0


def test_a_request_and_an_address_need_what_they_are_for(
    runner: Run, write_job: Callable[[str, str], Path]
) -> None:
    write_job("quick", "command: [python, -c, 'print(1)']")
    assert "--request goes with --detach" in runner("run", "quick", "--request", "x").stderr
    assert "are for services" in runner("run", "quick", "--port", "8000").stderr
    assert "runner launch JOB" in runner("run", "quick", "--detach", "--backend", "modal").stderr
