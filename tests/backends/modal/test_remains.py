import json
import os
import time
from pathlib import Path

import pytest

from runner.backends.modal.mount import Mount, patiently
from runner.backends.modal.remains import Remains
from runner.engine.untrusted import LARGEST

TASK = "work/it"
RESULT = {"task": TASK, "attempt": 1, "outcome": "succeeded", "started": 1.0, "ended": 2.0}


class Folder:
    """A Volume that is a plain folder."""

    def reload(self) -> None:
        """Nothing changes elsewhere."""

    def commit(self) -> None:
        """Everything is durable."""


@pytest.fixture
def remains(tmp_path: Path) -> Remains:
    found = Remains(Mount(Folder(), tmp_path))
    found.layout.attempt(TASK, 1).mkdir(parents=True)
    return found


def test_a_result_is_taken_with_its_reason_on_one_line(remains: Remains) -> None:
    remains.layout.result(TASK, 1).write_text(json.dumps({**RESULT, "reason": "one\ntwo\x1b[0m" + "." * 999}))
    found = remains.result(TASK, 1)
    assert found is not None
    assert found.outcome == "succeeded"
    assert found.reason.startswith("one two\ufffd[0m") and len(found.reason) == 300


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[" * 100_000,
        json.dumps(RESULT)[:-1].encode() + b', "more": ' + b"[" * 100_000,
        json.dumps(RESULT)[:-1].encode() + b', "reason": "\xff"}',
        json.dumps({**RESULT, "exit_code": 10**300}).encode(),
        json.dumps({**RESULT, "peak_memory": -1}).encode(),
        json.dumps(RESULT)[:-1].encode() + b', "started": -1e999}',
        json.dumps({**RESULT, "task": "work/other"}).encode(),
        json.dumps({**RESULT, "attempt": 2}).encode(),
        json.dumps({**RESULT, "outcome": "splendid"}).encode(),
        json.dumps({**RESULT, "ended": "soon"}).encode(),
        json.dumps(RESULT).encode() + b" " * LARGEST,
    ],
    ids=[
        "empty",
        "half",
        "deep",
        "deeper",
        "bytes",
        "code",
        "memory",
        "endless",
        "task",
        "attempt",
        "outcome",
        "time",
        "large",
    ],
)
def test_a_result_that_cannot_be_ours_is_none(remains: Remains, content: bytes) -> None:
    remains.layout.result(TASK, 1).write_bytes(content)
    assert remains.result(TASK, 1) is None


def test_a_result_that_is_a_link_or_a_pipe_is_none(remains: Remains, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(json.dumps(RESULT))
    remains.layout.result(TASK, 1).symlink_to(tmp_path / "elsewhere")
    assert remains.result(TASK, 1) is None
    remains.layout.result(TASK, 1).unlink()
    os.mkfifo(remains.layout.result(TASK, 1))
    assert remains.result(TASK, 1) is None


def test_a_result_that_is_a_folder_is_none_and_is_not_left_open(remains: Remains) -> None:
    """The provider shows nothing new on a Volume of which something is open."""
    remains.layout.result(TASK, 1).mkdir()
    before = len(list(Path("/proc/self/fd").iterdir()))
    assert remains.result(TASK, 1) is None
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_an_attempt_without_a_result_took_as_long_as_its_container_was_alive(remains: Remains) -> None:
    now = time.time()
    claim = {"call": "fc-1", "began": now - 90, "alive": now - 30}
    (remains.layout.attempt(TASK, 1) / "claim.json").write_text(json.dumps(claim))
    lost = remains.lost(TASK, 1, "infrastructure", "gone")
    assert (lost.started, lost.ended) == (now - 90, now - 30)


@pytest.mark.parametrize("claim", ["", '{"began": "now"}', '{"began": 9e99, "alive": 0}'])
def test_a_claim_that_makes_no_sense_costs_nothing(remains: Remains, claim: str) -> None:
    (remains.layout.attempt(TASK, 1) / "claim.json").write_text(claim)
    lost = remains.lost(TASK, 1, "infrastructure", "gone")
    assert lost.started == lost.ended <= time.time()


def test_there_are_no_marks_before_the_first_attempt_ended(remains: Remains) -> None:
    assert remains.marks() == []


@pytest.mark.parametrize("kind", ["file", "loop"])
def test_marks_whose_folder_is_spoilt_are_none(remains: Remains, kind: str) -> None:
    folder = remains.layout.directory / "ended"
    folder.write_text("") if kind == "file" else folder.symlink_to(folder)
    assert remains.marks() == []


def test_no_more_marks_are_looked_at_than_there_can_be(
    remains: Remains, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runner.backends.modal.remains.MOST_MARKS", 3)
    (remains.layout.directory / "ended").mkdir()
    for number in range(9):
        (remains.layout.directory / "ended" / str(number)).touch()
    assert len(remains.marks()) == 3


def test_trouble_is_sat_out_for_as_long_as_patience_lasts() -> None:
    calls = []

    def fail() -> None:
        calls.append(1)
        if len(calls) < 2:
            raise RuntimeError("there are open files preventing the operation")

    patiently(fail, patience=1.0)
    assert len(calls) == 2
    calls.clear()
    with pytest.raises(RuntimeError):
        patiently(fail, patience=0.1)
