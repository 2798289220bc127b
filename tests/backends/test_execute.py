import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from runner.backends.local import LocalBackend
from runner.engine.backend import Finished, NeverBegan, Order
from runner.engine.events import (
    AttemptCancelling,
    AttemptFinished,
    AttemptStarted,
    AttemptStarting,
    BreakerTripped,
    CancelRequested,
    Event,
    RunFinished,
)
from runner.engine.execute import execute, request_cancel
from runner.engine.journal import Journal, read_events
from runner.engine.layout import RunLayout
from runner.engine.loop import CLOCKS_APART
from runner.errors import InputError, ProviderError
from runner.plan.model import Plan
from runner.results.records import records

ROOT = Path(__file__).parents[2]
SLEEP = "import time; print('sleeping', flush=True); time.sleep(60)"


def when(kind: type, call: Any) -> Any:
    """Calls back at the first event of a kind."""
    done: list[Event] = []

    def look(event: Event) -> None:
        if isinstance(event, kind) and not done:
            done.append(event)
            call()

    return look


def test_every_act_is_written_down_before_and_after(run: Any) -> None:
    run.one("pass")
    names = [type(event).__name__ for event in read_events(run.layout.journal)]
    assert names == ["RunOpened", "AttemptStarting", "AttemptStarted", "AttemptFinished", "RunFinished"]
    assert run.watcher.events == read_events(run.layout.journal)


def test_a_finished_run_is_left_as_it_is(run: Any) -> None:
    plan = run.plan(run.stage({"it": "pass"}))
    run.execute(plan)
    before = run.layout.journal.read_bytes()
    assert run.execute(plan).finished == "succeeded"
    assert run.execute(plan, retry=True).finished == "succeeded"
    assert run.layout.journal.read_bytes() == before


def test_a_failed_run_goes_on_with_a_retry(run: Any, tmp_path: Path) -> None:
    program = f"import pathlib, sys; sys.exit(0 if pathlib.Path({str(tmp_path)!r}, 'fixed').exists() else 1)"
    plan = run.plan(run.stage({"broken": program, "well": "pass"}))
    assert run.execute(plan).finished == "failed"
    (tmp_path / "fixed").touch()
    state = run.execute(plan, retry=True)
    assert state.finished == "succeeded"
    assert state.tasks["work/well"].attempt == 1
    assert state.tasks["work/broken"].attempt == 2


class Liar:
    """A place whose one attempt succeeds at once, and took a time that cannot be."""

    slots = 1

    def __init__(self, started: float, ended: float) -> None:
        self.told = {"started": started, "ended": ended}
        self.tasks: list[str] = []

    @contextmanager
    def open(self, plan: Plan, layout: RunLayout) -> Iterator["Liar"]:
        yield self

    def start(self, orders: Sequence[Order]) -> list[str]:
        self.tasks = [order.task for order in orders]
        return self.tasks

    def poll(self, timeout: float) -> list[Finished]:
        return [Finished(task=task, attempt=1, outcome="succeeded", **self.told) for task in self.tasks]

    def cancel(self, task: str, attempt: int) -> None: ...

    def output(self, task: str, attempt: int) -> Path:
        return Path(task)

    def recover(self, task: str, attempt: int, handle: str) -> NeverBegan:
        return NeverBegan()


@pytest.mark.parametrize(("started", "ended"), [(-1e300, 1e300), (1e300, -1e300), (0.0, 1.0), (9e9, 9.1e9)])
def test_an_attempt_lasted_no_longer_than_there_was_time(run: Any, started: float, ended: float) -> None:
    plan = run.plan(run.stage({"it": "pass"}))
    state = execute(plan, run.layout, Liar(started, ended), run.watcher)
    (attempt,) = state.tasks["work/it"].attempts
    now = time.time()
    assert now - CLOCKS_APART - 60 < attempt.started <= attempt.ended < now + CLOCKS_APART


def test_another_process_cancels_a_run(run: Any) -> None:
    order = "import sys, pathlib; from runner.engine.execute import request_cancel;"
    order += (
        "from runner.engine.layout import RunLayout; request_cancel(RunLayout(pathlib.Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", order, str(run.layout.directory)]
    run.watcher.on.append(
        when(
            AttemptStarted,
            partial(subprocess.run, command, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)}),
        )
    )
    state = run.execute(run.plan(run.stage({"a": SLEEP, "b": SLEEP, "c": SLEEP})))
    assert state.finished == "cancelled"
    kinds = [type(event) for event in run.watcher.events]
    assert kinds.count(CancelRequested) == 1
    assert kinds.count(AttemptCancelling) == 2
    assert [state.outcome(f"work/{name}") for name in "abc"] == ["cancelled", "cancelled", "skipped"]
    assert not run.layout.cancel.exists()


def test_a_request_to_cancel_does_not_stand_in_the_way_of_a_later_retry(run: Any) -> None:
    plan = run.plan(run.stage({"it": "pass"}))
    request_cancel(run.layout)
    assert run.execute(plan).finished == "cancelled"
    request_cancel(run.layout)
    assert run.execute(plan, retry=True).finished == "succeeded"


def test_a_run_can_be_driven_from_any_thread(run: Any) -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(run.one("pass")))
    thread.start()
    thread.join()
    assert found[0].finished == "succeeded"


def test_the_display_is_called_a_few_times_a_second(run: Any) -> None:
    run.one("import time; time.sleep(1.1)")
    assert 3 <= run.watcher.ticks <= 8


def test_two_drivers_of_one_run_get_in_each_others_way_in_a_sentence(run: Any) -> None:
    plan = run.plan(run.stage({"it": "pass"}))
    refused: list[InputError] = []

    def second() -> None:
        with pytest.raises(InputError) as caught:
            execute(plan, run.layout, LocalBackend({}), run.watcher)
        refused.append(caught.value)

    run.watcher.on.append(when(AttemptStarting, second))
    assert run.execute(plan).finished == "succeeded"
    assert refused[0].code == "run-busy"
    assert str(os.getpid()) in refused[0].message


def test_tasks_that_keep_failing_stop_the_run(run: Any) -> None:
    programs = {str(number): "import sys; sys.exit(1)" for number in range(12)}
    state = run.execute(run.plan(run.stage(programs)), slots=1)
    assert state.finished == "failed"
    assert "failed in a row" in state.reason
    assert sum(isinstance(event, BreakerTripped) for event in run.watcher.events) == 1
    assert sum(isinstance(event, AttemptFinished) for event in run.watcher.events) == 5


class FullDisk(Journal):
    """A journal whose disk is full after some lines."""

    lines = 3

    def write(self, line: bytes) -> None:
        self.lines -= 1
        if self.lines < 0:
            full = os.open("/dev/full", os.O_WRONLY)
            try:
                os.write(full, line)
            finally:
                os.close(full)
        super().write(line)


def test_a_full_disk_stops_the_run_where_it_is(run: Any) -> None:
    plan = run.plan(run.stage({"it": "pass"}))
    with pytest.raises(ProviderError, match="the disk is full") as caught:
        execute(plan, run.layout, LocalBackend({}), run.watcher, open_journal=FullDisk)
    assert caught.value.fix == "free some space, then go on with: runner retry run-1"
    assert run.execute(plan, retry=True).finished == "succeeded"
    assert sum(isinstance(event, RunFinished) for event in read_events(run.layout.journal)) == 1


def test_a_journal_of_another_plan_is_refused(run: Any) -> None:
    run.execute(run.plan(run.stage({"one": "pass"})))
    with pytest.raises(ProviderError, match="does not belong to this plan"):
        run.execute(run.plan(run.stage({"other": "pass"})))


def test_a_forgotten_line_does_not_make_a_task_run_again(run: Any) -> None:
    """As after a loss of power: the attempt ended, but the journal does not know that it began."""
    plan = run.plan(run.stage({"it": "print('ran')"}))
    run.execute(plan)
    lines = run.layout.journal.read_bytes().splitlines(keepends=True)
    run.layout.journal.write_bytes(lines[0])
    state = run.execute(plan)
    assert state.finished == "succeeded"
    assert state.tasks["work/it"].attempt == 1
    assert run.log() == "ran\n"


def test_records_say_what_became_of_every_task_with_the_end_of_its_log(run: Any) -> None:
    program = "import sys\nfor line in range(100): print('line', line)\nsys.exit(3)"
    plan = run.plan(
        run.stage({"bad": program, "good": "pass"}), run.stage({"later": "pass"}, "next", inputs=("work",))
    )
    bad, good, later = records(plan, run.execute(plan), run.layout)
    assert (bad.outcome, good.outcome, later.outcome) == ("failed", "succeeded", "skipped")
    assert bad.attempts[0].exit_code == 3
    assert bad.seconds > 0
    assert len(bad.log_tail.splitlines()) == 30
    assert bad.log_tail.splitlines()[-2] == "line 99"
    assert good.log_tail == later.log_tail == ""
    assert good.attempts[0].peak_memory


def test_a_plan_without_tasks_is_done_at_once(run: Any) -> None:
    assert run.execute(run.plan()).finished == "succeeded"
    assert RunLayout(run.layout.directory) == run.layout


def test_the_last_line_is_written_when_everything_is_cleared_away(run: Any) -> None:
    left: list[bool] = []

    def look(event: Any) -> None:
        if isinstance(event, RunFinished):
            left.append(run.layout.scratch.exists())

    run.watcher.on.append(look)
    run.one("pass")
    assert left == [False]


def test_a_request_to_cancel_that_is_older_than_a_retry_is_forgotten(run: Any) -> None:
    run.layout.cancel.touch()
    plan = run.plan(run.stage({"it": "pass"}))
    assert run.execute(plan, retry=True).finished == "succeeded"
