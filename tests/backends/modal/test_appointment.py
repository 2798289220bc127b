import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.backends.modal.appointment import appointing, await_appointment, await_run, driver, standing

TASK, CALL = "train/a", "fc-1"


def line(kind: str, task: str = TASK, attempt: int = 1, **more: object) -> bytes:
    return json.dumps({"event": kind, "at": 1.0, "task": task, "attempt": attempt, **more}).encode() + b"\n"


def started(handle: str = CALL, **more: object) -> bytes:
    return line("attempt-started", handle=handle, **more)  # type: ignore[arg-type]


STARTING, ABANDONED = line("attempt-starting", timeout=60), line("attempt-abandoned")


@pytest.mark.parametrize(
    ("journal", "expected"),
    [
        (b"", "open"),
        (STARTING, "open"),
        (STARTING + started(), "appointed"),
        (STARTING + started() + line("attempt-cancelling", reason="stop"), "appointed"),
        (STARTING + started("fc-2"), "over"),
        (STARTING + ABANDONED, "over"),
        (STARTING + ABANDONED + STARTING, "open"),
        (STARTING + ABANDONED + STARTING + started(), "appointed"),
        (STARTING + started() + ABANDONED + STARTING + started("fc-2"), "over"),
        (STARTING + started() + line("attempt-finished", outcome="preempted"), "over"),
        (started(attempt=2), "open"),
        (started(task="train/ab"), "open"),
        (STARTING + started()[:-10], "open"),
        (b'["train/a"]\n' + b'"train/a"\n' + b'{"task": "train/a"\n', "open"),
    ],
)
def test_the_last_word_on_the_attempt_counts(journal: bytes, expected: str) -> None:
    assert standing(journal, TASK, 1, CALL) == expected


EVENTS = st.builds(
    line,
    st.sampled_from(["attempt-starting", "attempt-started", "attempt-abandoned", "attempt-finished"]),
    st.sampled_from([TASK, "train/b", "train"]),
    st.integers(1, 2),
    handle=st.sampled_from([CALL, "fc-2", TASK]),
)


@given(st.lists(EVENTS, max_size=12))
def test_the_search_finds_what_reading_every_line_would(lines: list[bytes]) -> None:
    found = "open"
    for event in map(json.loads, lines):
        if (event["task"], event["attempt"]) == (TASK, 1):
            kind = event["event"]
            ours = kind == "attempt-started" and event["handle"] == CALL
            found = "appointed" if ours else "open" if kind == "attempt-starting" else "over"
    assert standing(b"".join(lines), TASK, 1, CALL) == found


@given(st.binary())
def test_no_journal_makes_the_search_fail(journal: bytes) -> None:
    assert standing(journal + b'\n"train/a"' + journal, TASK, 1, CALL) in ("open", "appointed", "over")


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def test_the_wait_ends_with_the_line_that_names_the_call(journal: Path) -> None:
    pauses: list[float] = []

    def reload() -> None:
        if len(pauses) == 8:
            journal.write_bytes(STARTING + started())

    def pause(seconds: float) -> bool:
        pauses.append(seconds)
        return True

    assert await_appointment(TASK, 1, CALL, reload, pause, control=journal.parent)
    assert pauses[0] == 0.3
    assert pauses == sorted(pauses)
    assert pauses[-1] == 2.0


def test_the_wait_ends_when_it_may_not_go_on(journal: Path) -> None:
    journal.write_bytes(STARTING)
    assert not await_appointment(TASK, 1, CALL, lambda: None, lambda seconds: False, control=journal.parent)


def test_a_wait_in_vain_is_given_up(journal: Path) -> None:
    control = journal.parent
    assert not await_appointment(
        TASK, 1, CALL, lambda: None, lambda seconds: True, control=control, patience=0.0
    )


def test_a_journal_that_can_never_be_brought_is_an_error(journal: Path) -> None:
    def reload() -> None:
        raise RuntimeError("there are open files")

    with pytest.raises(RuntimeError, match="open files"):
        await_appointment(TASK, 1, CALL, reload, lambda seconds: True, control=journal.parent, patience=0.05)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"call": 3}', b"\xff", b"[" * 100_000])
def test_an_appointment_that_cannot_be_read_names_nobody(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "appointed.json").write_bytes(content)
    assert driver(tmp_path) == ""


@pytest.mark.parametrize(
    ("said", "drives"),
    [
        (["", "", CALL], True),
        (["fc-0", "fc-0", CALL], True),
        (["fc-0", "fc-2"], False),
        (["fc-2"], False),
    ],
)
def test_a_coordinator_drives_the_run_once_it_is_named_and_leaves_when_another_is(
    tmp_path: Path, said: list[str], drives: bool
) -> None:
    names = iter(said)

    def reload() -> None:
        if name := next(names):
            (tmp_path / "appointed.json").write_bytes(appointing(name))

    assert await_run(CALL, "fc-0", tmp_path, reload, pause=lambda seconds: None) is drives


def test_a_coordinator_that_nobody_names_leaves(tmp_path: Path) -> None:
    assert not await_run(CALL, "", tmp_path, lambda: None, patience=-1.0)
