"""Runs that are killed, cancelled, or started twice, as separate processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

Run = Callable[..., subprocess.CompletedProcess[str]]
WriteJob = Callable[..., Path]

SLEEPER = """
command: [python, -c, "import pathlib, time; pathlib.Path('{marker}').touch(); time.sleep({seconds})"]
resources: {{timeout: 5m}}
"""


@contextmanager
def started(project: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "runner", *arguments],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(path: Path, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.02)


def sleeper(marker: Path, seconds: float) -> str:
    return SLEEPER.format(marker=marker, seconds=seconds)


def sleeping_once(marker: Path) -> str:
    """A command that sleeps in its first attempt alone."""
    return f"command: {{shell: 'test -e {marker} || (touch {marker}; sleep 60)'}}"


def test_a_second_run_of_a_job_is_refused_by_name(
    runner: Run, write_job: WriteJob, project: Path, tmp_path: Path
) -> None:
    write_job("sleep", sleeper(tmp_path / "began", 60))
    with started(project, "run", "sleep"):
        wait_for(tmp_path / "began")
        done = runner("run", "sleep")
    assert done.returncode == 2
    assert "error[job-running]: a run of sleep is still going: 2" in done.stderr


def test_a_queued_run_waits_for_its_turn(write_job: WriteJob, project: Path, tmp_path: Path) -> None:
    write_job("sleep", sleeper(tmp_path / "began", 1) + "concurrency: queue\n")
    with started(project, "run", "sleep", "--json") as first:
        wait_for(tmp_path / "began")
        with started(project, "run", "sleep", "--json") as second:
            reports = [
                json.loads(process.communicate(timeout=60)[0])["report"] for process in (first, second)
            ]
    assert [report["state"] for report in reports] == ["succeeded", "succeeded"]
    assert reports[0]["ended"] <= reports[1]["started"]


def test_a_run_that_replaces_ends_the_one_before(
    runner: Run, write_job: WriteJob, project: Path, tmp_path: Path
) -> None:
    path = write_job("sleep", sleeper(tmp_path / "began", 60) + "concurrency: replace\n")
    with started(project, "run", "sleep", "--json") as first:
        wait_for(tmp_path / "began")
        path.write_text(path.read_text().replace("time.sleep(60)", "time.sleep(0)"))
        assert runner("run", "sleep").returncode == 0
        report = json.loads(first.communicate(timeout=30)[0])["report"]
    assert report["state"] == "cancelled"


def test_cancel_ends_a_run_from_another_process_and_keeps_a_result(
    runner: Run, write_job: WriteJob, project: Path, tmp_path: Path
) -> None:
    write_job("sleep", sleeper(tmp_path / "began", 60))
    with started(project, "run", "sleep") as process:
        wait_for(tmp_path / "began")
        assert runner("cancel").returncode == 0
        process.communicate(timeout=30)
        assert process.returncode == 130
    (result,) = project.glob(".runner/runs/*/report/result.json")
    assert json.loads(result.read_text())["state"] == "cancelled"


def test_one_interrupt_ends_a_run_cleanly(write_job: WriteJob, project: Path, tmp_path: Path) -> None:
    write_job("sleep", sleeper(tmp_path / "began", 60))
    with started(project, "run", "sleep") as process:
        wait_for(tmp_path / "began")
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "UNDECIDED sleep cancelled" in output


def test_a_cancelled_run_can_be_retried(
    runner: Run, write_job: WriteJob, project: Path, tmp_path: Path
) -> None:
    began = tmp_path / "began"
    write_job("sleep", sleeping_once(began))
    with started(project, "run", "sleep") as process:
        wait_for(began)
        runner("cancel")
        process.communicate(timeout=30)
    done = runner("retry")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "run succeeded" in done.stdout


def test_a_run_killed_outright_is_shown_as_interrupted_and_can_be_cancelled(
    runner: Run, write_job: WriteJob, project: Path, tmp_path: Path
) -> None:
    write_job("sleep", sleeper(tmp_path / "began", 60))
    with started(project, "run", "sleep") as process:
        wait_for(tmp_path / "began")
        process.kill()
        process.communicate()
    assert "interrupted" in runner("status").stdout
    assert "run/command" in (shown := runner("status", "latest").stdout)
    assert "running" not in shown
    assert runner("cancel").returncode == 0
    assert "cancelled" in runner("status").stdout


def test_a_finished_run_cannot_be_cancelled(runner: Run, write_job: WriteJob) -> None:
    write_job("quick", "command: [python, -V]")
    runner("run", "quick")
    done = runner("cancel")
    assert (done.returncode, "finished already: succeeded" in done.stderr) == (2, True)


def test_retrying_a_finished_run_changes_nothing(runner: Run, write_job: WriteJob, project: Path) -> None:
    write_job("quick", "command: [python, -V]")
    runner("run", "quick")
    tip = (project / ".git/refs/heads/runner/quick").read_text()
    assert runner("retry").returncode == 0
    assert (project / ".git/refs/heads/runner/quick").read_text() == tip


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a mount namespace")
def test_a_full_disk_is_said_and_the_run_can_go_on(write_job: WriteJob, project: Path) -> None:
    write_job("fill", "command: [python, -c, \"open('big', 'wb').write(bytes(64 << 20))\"]")
    (project / ".runner").mkdir()
    script = (
        "mount -t tmpfs -o size=200k tmpfs .runner && head -c 190k /dev/zero > .runner/ballast;"
        f"{sys.executable} -m runner run fill"
    )
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    if "unshare failed" in done.stderr or "mount:" in done.stderr:
        pytest.skip("this machine allows no mount namespace")
    assert done.returncode == 4, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "space" in done.stderr


def test_what_a_killed_process_left_of_an_archive_is_removed(
    runner: Run, write_job: WriteJob, project: Path, tmp_path: Path
) -> None:
    began = tmp_path / "began"
    write_job("sleep", sleeping_once(began))
    with started(project, "run", "sleep") as process:
        wait_for(began)
        process.kill()
        process.communicate()
    (run,) = (project / ".runner/runs").iterdir()
    (run / "snapshot.tar").unlink()
    (run / "snapshot.tar.123.part").touch()
    assert runner("retry").returncode == 0
    assert not list(run.glob("*.part"))


def test_a_run_that_is_replaced_twice_at_once_lets_the_last_one_through(
    write_job: WriteJob, project: Path, tmp_path: Path
) -> None:
    path = write_job("sleep", sleeper(tmp_path / "first", 60) + "concurrency: replace\n")
    text = path.read_text()
    with started(project, "run", "sleep", "--json") as first:
        wait_for(tmp_path / "first")
        with started(project, "run", "sleep", "--json") as second:
            path.write_text(text.replace("time.sleep(60)", "time.sleep(0)"))
            with started(project, "run", "sleep", "--json") as third:
                outcomes = [
                    json.loads(process.communicate(timeout=60)[0])["report"]["state"]
                    for process in (first, second, third)
                ]
    assert outcomes[0] == "cancelled"
    assert "succeeded" in outcomes


def test_cancelling_a_run_that_ends_by_itself_says_how_it_ended(
    runner: Run, write_job: WriteJob, project: Path, tmp_path: Path
) -> None:
    stubborn = (
        "import pathlib, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"pathlib.Path('{tmp_path}/began').touch(); time.sleep(1)"
    )
    write_job("quick", f'command: [python, -c, "{stubborn}"]')
    with started(project, "run", "quick") as process:
        wait_for(tmp_path / "began")
        cancelled = runner("cancel")
        process.communicate(timeout=30)
    state = json.loads(next(project.glob(".runner/runs/*/report/result.json")).read_text())["state"]
    assert (state == "cancelled") == (cancelled.returncode == 0)
