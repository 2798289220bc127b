"""The driver is killed at every line of its journal; the run comes out the same."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from runner.engine.events import AttemptFinished, AttemptStarting, RunFinished
from runner.engine.journal import read_events
from runner.engine.layout import RunLayout
from runner.plan.model import Plan, Task
from runner.results.model import TaskRecord

pytestmark = pytest.mark.exhaustive

ROOT = Path(__file__).parents[2]
LINES = 14

# Each program notes its attempt when it begins and when it is done, in one write each.
BEGIN = 'echo "begin $RUNNER_TASK $RUNNER_ATTEMPT" >> {effects}; '
DONE = 'echo "done $RUNNER_TASK $RUNNER_ATTEMPT" >> {effects}'
TRAIN = "echo trained > weights/{name}.toml; "
FAIL_ONCE = 'if mkdir "$RUNNER_CHECKPOINT_DIR/tried" 2>/dev/null; then exit 3; fi; '
VALIDATE = 'cat weights/a.toml weights/b.toml > "$RUNNER_OUTPUT_DIR/both"; '


def started(run: Any, plan: Plan, *arguments: str) -> "subprocess.Popen[str]":
    run.layout.plan.write_bytes(msgspec.json.encode(plan))
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "driver.py"), str(run.layout.directory), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def tuning(run: Any, effects: Path) -> Plan:
    """Two variants, one of which fails at first, then a validation of both."""
    run.snapshot({"weights/a.toml": b"old\n", "weights/b.toml": b"old\n"})
    train = run.stage({"a": "", "b": ""}, "train", retries=1)
    check = run.stage({"all": ""}, "check", inputs=("train",), restore_weights=True)
    lines = {
        "train/a": BEGIN + FAIL_ONCE + TRAIN.format(name="a") + DONE,
        "train/b": BEGIN + TRAIN.format(name="b") + DONE,
        "check/all": BEGIN + VALIDATE + DONE,
    }

    def task(known: Task) -> Task:
        step = ("sh", "-c", lines[known.id].format(effects=effects))
        name = known.id.rpartition("/")[2]
        weights = (f"weights/{name}.toml",) if known.id.startswith("train") else ()
        return Task(known.id, (step,), weights=weights)

    stages = [
        msgspec.structs.replace(stage, tasks=tuple(task(known) for known in stage.tasks))
        for stage in (train, check)
    ]
    return run.plan(*stages)  # type: ignore[no-any-return]


def check_one_result(layout: RunLayout, effects: Path) -> None:
    events = read_events(layout.journal)
    assert [event.state for event in events if isinstance(event, RunFinished)] == ["succeeded"]
    succeeded = Counter(
        event.task for event in events if isinstance(event, AttemptFinished) and event.outcome == "succeeded"
    )
    assert succeeded == {"train/a": 1, "train/b": 1, "check/all": 1}
    ran = Counter(effects.read_text().splitlines())
    assert set(ran.values()) == {1}
    for task in succeeded:
        attempts = [
            event.attempt for event in events if isinstance(event, AttemptStarting) and event.task == task
        ]
        results = [
            number
            for number in attempts
            if layout.result(task, number).exists()
            and json.loads(layout.result(task, number).read_text())["outcome"] == "succeeded"
        ]
        assert results == [attempts[-1]]
        assert f"done {task} {attempts[-1]}" in ran
    assert (layout.output("check/all", attempts[-1]) / "both").read_text() == "trained\ntrained\n"


def wait_until_gone(pids: list[int], seconds: float, is_alive: Any) -> None:
    deadline = time.monotonic() + seconds
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline, "processes are left behind"
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.parametrize("line", range(1, LINES + 1))
@pytest.mark.parametrize("when", ["before", "within", "after"])
def test_a_driver_killed_at_a_line_of_its_journal_loses_and_repeats_nothing(
    run: Any, tmp_path: Path, when: str, line: int
) -> None:
    effects = tmp_path / "effects"
    plan = tuning(run, effects)
    with started(run, plan, when, str(line)) as driver:
        driver.communicate(timeout=60)
        assert driver.returncode == -signal.SIGKILL
    assert run.execute(plan, retry=True).finished == "succeeded"
    check_one_result(run.layout, effects)


def test_a_run_that_is_left_alone_writes_as_many_lines_as_the_crash_test_kills_at(
    run: Any, tmp_path: Path
) -> None:
    effects = tmp_path / "effects"
    assert run.execute(tuning(run, effects)).finished == "succeeded"
    check_one_result(run.layout, effects)
    assert len(read_events(run.layout.journal)) == LINES


def sleepers(run: Any, folder: Path) -> Plan:
    """Two tasks that start a process of their own, say who they are, and sleep."""
    program = (
        "import os, pathlib, subprocess, sys, time;"
        "p = subprocess.Popen(['sleep', '60'], start_new_session=True);"
        f"pids = pathlib.Path({str(folder)!r}, 'pids').open('a');"
        "pids.write(f'{os.getpid()} {p.pid} {os.getppid()}\\n'); pids.close();"
        "time.sleep(60)"
    )
    return run.plan(run.stage({"a": program, "b": program}))  # type: ignore[no-any-return]


def pids_of_sleepers(folder: Path) -> list[int]:
    deadline = time.monotonic() + 20
    while not (folder / "pids").exists() or len((folder / "pids").read_text().split()) < 6:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return [int(pid) for pid in (folder / "pids").read_text().split()]


def test_a_killed_driver_leaves_no_process_behind(run: Any, tmp_path: Path, is_alive: Any) -> None:
    with started(run, sleepers(run, tmp_path)) as driver:
        pids = pids_of_sleepers(tmp_path)
        assert all(is_alive(pid) for pid in pids)
        driver.kill()
        wait_until_gone(pids, 2.0, is_alive)


def test_programs_whose_driver_and_workers_were_killed_are_ended_by_the_next_driver(
    run: Any, tmp_path: Path, is_alive: Any
) -> None:
    plan = sleepers(run, tmp_path)
    with started(run, plan) as driver:
        pids = pids_of_sleepers(tmp_path)
        driver.send_signal(signal.SIGSTOP)
        for worker in set(pids[2::3]):
            os.kill(worker, signal.SIGKILL)
        driver.kill()
    assert any(is_alive(pid) for pid in pids)
    run.layout.cancel.touch()
    assert run.execute(plan).finished == "cancelled"
    wait_until_gone(pids, 2.0, is_alive)


def record_of(run: Any, plan: Plan, state: Any, task: str) -> TaskRecord:
    from runner.results.records import records

    return next(record for record in records(plan, state, run.layout) if record.id == task)


def test_an_interrupted_driver_ends_its_tasks_in_good_order(run: Any, tmp_path: Path, is_alive: Any) -> None:
    program = (
        "import os, pathlib, signal, sys, time\n"
        "def end(*_):\n"
        "    pathlib.Path(os.environ['RUNNER_OUTPUT_DIR'], 'last').write_text('words'); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        f"pathlib.Path({str(tmp_path)!r}, 'began').touch(); time.sleep(60)\n"
    )
    plan = run.plan(run.stage({"it": program, "never": "pass"}))
    plan = msgspec.structs.replace(plan, stages=(msgspec.structs.replace(plan.stages[0], max_parallel=1),))
    with started(run, plan) as driver:
        while not (tmp_path / "began").exists():
            time.sleep(0.02)
        driver.send_signal(signal.SIGINT)
        output, errors = driver.communicate(timeout=20)
        assert driver.returncode == 0, errors
    assert output.splitlines()[-1] == "cancelled"
    assert run.output("last") == "words"
    assert json.loads(run.layout.result("work/it", 1).read_text())["outcome"] == "cancelled"
    state = run.execute(plan)
    assert record_of(run, plan, state, "work/it").outcome == "cancelled"
    assert record_of(run, plan, state, "work/never").outcome == "skipped"


def test_a_driver_interrupted_twice_ends_at_once_and_its_run_can_go_on(
    run: Any, tmp_path: Path, is_alive: Any
) -> None:
    stubborn = (
        "import os, pathlib, signal, time\n"
        f"mark = pathlib.Path({str(tmp_path)!r}, 'pid')\n"
        "if not mark.exists():\n"
        "    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "    mark.write_text(str(os.getpid())); time.sleep(60)\n"
    )
    plan = run.plan(run.stage({"it": stubborn}))
    with started(run, plan) as driver:
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            time.sleep(0.02)
        driver.send_signal(signal.SIGINT)
        time.sleep(0.4)
        driver.send_signal(signal.SIGINT)
        _, errors = driver.communicate(timeout=5)
        assert "KeyboardInterrupt" in errors
    wait_until_gone([int((tmp_path / "pid").read_text())], 1.0, is_alive)
    assert run.execute(plan, retry=True).finished == "succeeded"
