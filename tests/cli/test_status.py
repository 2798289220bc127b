import json
import subprocess
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[str]]
WriteJob = Callable[..., Path]

TWO_TASKS = """
command: [python, -c, "import sys; print('hello', sys.argv[1]); sys.exit(int(sys.argv[1]))", "${matrix.code}"]
matrix: {code: [0, 1]}
resources: {timeout: 1m}
"""


def test_a_machine_without_runs_says_how_to_start_one(runner: Run) -> None:
    assert runner("status").stdout == "no runs yet; start one with: runner run jobs/my-job.yaml\n"


def test_runs_are_listed_newest_first_with_what_they_cost(runner: Run, write_job: WriteJob) -> None:
    write_job("codes", TWO_TASKS)
    runner("run", "codes", "--only", "code=0")
    runner("run", "codes")
    lines = runner("status").stdout.splitlines()
    assert [line.split()[1:3] for line in lines] == [["failed", "codes"], ["succeeded", "codes"]]
    assert all("of at most $" in line for line in lines)


def test_one_run_shows_its_tasks(runner: Run, write_job: WriteJob) -> None:
    write_job("codes", TWO_TASKS)
    runner("run", "codes")
    shown = runner("status", "latest").stdout.splitlines()
    assert [line.split()[:2] for line in shown[2:]] == [["run/code=0", "succeeded"], ["run/code=1", "failed"]]


def test_status_is_also_json(runner: Run, write_job: WriteJob) -> None:
    write_job("codes", TWO_TASKS)
    runner("run", "codes")
    (listed,) = json.loads(runner("status", "--json").stdout)
    single = json.loads(runner("status", "latest", "--json").stdout)
    assert (listed["run"], listed["state"]) == (single["run"], "failed")
    assert [task["state"] for task in single["tasks"]] == ["succeeded", "failed"]


def test_an_unknown_run_is_refused(runner: Run) -> None:
    done = runner("status", "2001")
    assert (done.returncode, "error[unknown-run]" in done.stderr) == (2, True)


def test_the_logs_of_all_tasks_carry_their_names(runner: Run, write_job: WriteJob) -> None:
    write_job("codes", TWO_TASKS)
    runner("run", "codes")
    lines = runner("logs").stdout.splitlines()
    assert {"run/code=0 | hello 0", "run/code=1 | hello 1"} <= set(lines)


def test_the_log_of_one_task_is_printed_as_it_is(runner: Run, write_job: WriteJob) -> None:
    write_job("codes", TWO_TASKS)
    runner("run", "codes")
    assert runner("logs", "latest", "code=0").stdout == "hello 0\n"


def test_a_task_that_does_not_exist_is_refused_with_those_that_do(runner: Run, write_job: WriteJob) -> None:
    write_job("codes", TWO_TASKS)
    runner("run", "codes")
    done = runner("logs", "latest", "nothing")
    assert done.returncode == 2
    assert "run/code=0, run/code=1" in done.stderr
