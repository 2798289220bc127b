import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
MakeSpec = Callable[..., dict[str, Any]]
SLEEP = "import time; time.sleep(60)"


class Slot:
    """A worker process, spoken to by hand."""

    def __init__(self, lock: int) -> None:
        boot = "from runner.worker.slot import main; main()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", boot, "", str(lock)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(lock,),
            cwd=ROOT,
            bufsize=0,
        )

    def say(self, *orders: dict[str, Any]) -> None:
        """All orders in one write."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"".join(json.dumps(order).encode() + b"\n" for order in orders))

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = b""
        while not line.endswith(b"\n"):
            line += self.process.stdout.read(1) or b"\n"
        return dict(json.loads(line))


@pytest.fixture
def slot(tmp_path: Path) -> Iterator[Slot]:
    lock = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    slot = Slot(lock)
    os.close(lock)
    yield slot
    with slot.process:
        slot.process.kill()


def test_one_process_does_one_attempt_after_the_other(
    slot: Slot, make_spec: MakeSpec, tmp_path: Path
) -> None:
    for number in (1, 2, 3):
        slot.say({"spec": make_spec(attempt=number, directory=str(tmp_path / f"attempt-{number}"))})
        assert slot.answer()["outcome"] == "succeeded"


def test_an_order_that_comes_together_with_the_attempt_is_not_lost(slot: Slot, make_spec: MakeSpec) -> None:
    slot.say({"spec": make_spec(SLEEP)}, {"cancel": "the run is being cancelled"})
    answer = slot.answer()
    assert (answer["outcome"], answer["reason"]) == ("cancelled", "the run is being cancelled")


def test_an_order_for_an_attempt_that_has_ended_does_not_hit_the_next(
    slot: Slot, make_spec: MakeSpec
) -> None:
    slot.say({"cancel": "too late"}, {"spec": make_spec()})
    assert slot.answer()["outcome"] == "succeeded"


def test_a_program_that_prints_cannot_answer_for_the_worker(slot: Slot, make_spec: MakeSpec) -> None:
    slot.say({"spec": make_spec("print('{}', flush=True)")})
    assert slot.answer()["task"] == "work/it"


def test_programs_do_not_hold_the_lock_of_the_run(slot: Slot, make_spec: MakeSpec) -> None:
    spec = make_spec("import os; print(sorted(os.listdir('/proc/self/fd'))[:4])")
    slot.say({"spec": spec})
    slot.answer()
    assert Path(spec["directory"], "log.txt").read_text() == "['0', '1', '2', '3']\n"


def test_the_process_ends_when_its_driver_is_gone(slot: Slot, make_spec: MakeSpec) -> None:
    slot.say({"spec": make_spec(SLEEP)})
    assert slot.process.stdin is not None
    slot.process.stdin.close()
    assert slot.process.wait(5) == 0


def test_an_order_to_stop_may_say_how_the_attempt_then_ended(slot: Slot, make_spec: MakeSpec) -> None:
    slot.say({"spec": make_spec(SLEEP)}, {"cancel": "it goes on elsewhere", "outcome": "suspended"})
    answer = slot.answer()
    assert (answer["outcome"], answer["reason"]) == ("suspended", "it goes on elsewhere")


@pytest.mark.parametrize(("usual", "told"), [(30, 0.2), (0.2, 30)])
def test_the_shorter_grace_counts(slot: Slot, make_spec: MakeSpec, usual: float, told: float) -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('now', flush=True)\n"
    )
    spec = make_spec(stubborn + "time.sleep(60)", grace=usual)
    slot.say({"spec": spec})
    log = Path(spec["directory"], "log.txt")
    while not (log.exists() and log.read_text()):
        time.sleep(0.01)
    slot.say({"cancel": "quick", "outcome": "preempted", "grace": told})
    answer = slot.answer()
    assert answer["outcome"] == "preempted"
    assert answer["ended"] - answer["started"] < 10
