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


def test_one_run_shows_its_tasks_and_why_they_failed(runner: Run, write_job: WriteJob) -> None:
    write_job("codes", TWO_TASKS)
    runner("run", "codes")
    *_, well, failed, why = runner("status", "latest").stdout.splitlines()
    assert [line.split()[:2] for line in (well, failed)] == [
        ["run/code=0", "succeeded"],
        ["run/code=1", "failed"],
    ]
    assert why == "    it ended with exit code 1: hello 1"


def test_status_is_also_json(runner: Run, write_job: WriteJob) -> None:
    write_job("codes", TWO_TASKS)
    runner("run", "codes")
    (listed,) = json.loads(runner("status", "--json").stdout)
    single = json.loads(runner("status", "latest", "--json").stdout)
    assert (listed["run"], listed["state"]) == (single["run"], "failed")
    assert [task["state"] for task in single["tasks"]] == ["succeeded", "failed"]


SWEEP = """
sweep:
  method: grid
  command: [sh, -c, 'echo "{\\"loss\\": $RUNNER_PARAM_X}" > "$RUNNER_OUTPUT_DIR/metrics.json"']
  metric: {name: loss, target: 2}
  parameters: {x: {values: [3, 2, 1]}}
resources: {timeout: 1m, max_parallel: 1}
"""


def test_a_search_shows_its_points_its_values_and_the_best_of_them(runner: Run, write_job: WriteJob) -> None:
    write_job("sweep", SWEEP, "Sweep")
    runner("run", "sweep")
    shown = [" ".join(line.split()) for line in runner("status", "latest").stdout.splitlines()[2:]]
    assert shown[0] == "trials: 3 trials, 2 succeeded, 1 skipped; the best is trials/02: loss 2"
    assert [line.split()[1] for line in shown[1:]] == ["succeeded", "succeeded", "skipped"]
    assert [line.partition("[")[2] for line in shown[1:]] == ["x=3] 3", "x=2] 2", ""]
    (search,) = json.loads(runner("status", "latest", "--json").stdout)["searches"]
    assert (search["best"], search["value"], search["states"]) == (
        "trials/02",
        2,
        {"succeeded": 2, "skipped": 1},
    )


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
