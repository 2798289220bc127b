"""Whether a call was given the run, or the attempt, that its container is about to work on.

A call may be spawned twice: the provider knows no way to spawn one only once. So a container works only
when its own call is named on the control Volume by whoever started it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from runner.backends.modal.names import APPOINTED, CONTROL_MOUNT, JOURNAL
from runner.worker.trees import read_plain

Standing = Literal["appointed", "open", "over"]

PATIENCE: Final = 300.0
"""Seconds to wait for a call to be named."""

UNAPPOINTED: Final = "unappointed"
"""What a container returns that leaves without having done anything."""

_FIRST_PAUSE: Final = 0.3
_LONGEST_PAUSE: Final = 2.0
_SAYING: Final = frozenset({"attempt-starting", "attempt-started", "attempt-abandoned", "attempt-finished"})


def appointing(call: str) -> bytes:
    """What names the call that drives a run."""
    return json.dumps({"call": call}).encode()


def appointed(content: bytes | None) -> str:
    """The call that is named there; empty where there is none."""
    call = _object(content or b"").get("call")
    return call if isinstance(call, str) else ""


def driver(control: Path) -> str:
    """The call that drives the run whose control folder this is; empty where it names none."""
    try:
        return appointed(read_plain(control / APPOINTED))
    except OSError:
        return ""


def await_run(
    call: str,
    former: str,
    control: Path,
    reload: Callable[[], None],
    *,
    patience: float = PATIENCE,
    pause: Callable[[float], object] = time.sleep,
) -> bool:
    """Waits until this call is named as the one that drives the run; False where it will not be.

    `former` was named when this call was made: as long as it still is, nothing is decided. `reload`
    shows the control folder as it is now. `patience` is in seconds.
    """
    deadline, seconds = time.monotonic() + patience, _FIRST_PAUSE
    while True:
        reload()
        named = driver(control)
        if named == call:
            return True
        if named not in ("", former) or time.monotonic() > deadline:
            return False
        pause(seconds)
        seconds = min(1.5 * seconds, _LONGEST_PAUSE)


def standing(journal: bytes, task: str, attempt: int, call: str) -> Standing:
    """What the latest word of the journal on this attempt means for the call.

    An attempt that was abandoned may be started anew under the same number, so only the last counts.
    """
    needle = json.dumps(task, ensure_ascii=False).encode()
    place = journal.rfind(needle)
    while place >= 0:
        begin = journal.rfind(b"\n", 0, place) + 1
        event = _object(journal[begin : _end(journal, place)])
        if event.get("task") == task and event.get("attempt") == attempt and event.get("event") in _SAYING:
            return _meaning(event, call)
        place = journal.rfind(needle, 0, begin)
    return "open"


def _end(journal: bytes, place: int) -> int:
    end = journal.find(b"\n", place)
    return len(journal) if end < 0 else end


def _object(text: bytes) -> dict[str, object]:
    """A JSON object; an empty one where the text is none, such as half a line."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _meaning(event: dict[str, object], call: str) -> Standing:
    if event["event"] == "attempt-starting":
        return "open"
    if event["event"] == "attempt-started" and event.get("handle") == call:
        return "appointed"
    return "over"


def await_appointment(
    task: str,
    attempt: int,
    call: str,
    reload: Callable[[], None],
    pause: Callable[[float], bool],
    *,
    control: Path = Path(CONTROL_MOUNT),
    patience: float = PATIENCE,
) -> bool:
    """Waits until the journal says whether this call is to do the attempt; False where it is not.

    `reload` brings the newest journal and raises an exception where it cannot; the last one of a vain
    wait is raised. `pause` waits so many seconds and says whether to go on waiting. `patience` is in
    seconds.
    """
    deadline = time.monotonic() + patience
    seconds, trouble = _FIRST_PAUSE, None
    while True:
        found = standing(_journal(control), task, attempt, call)
        if found != "open":
            return found == "appointed"
        if time.monotonic() > deadline:
            break
        if not pause(seconds):
            return False
        seconds = min(1.5 * seconds, _LONGEST_PAUSE)
        try:
            reload()
            trouble = None
        except Exception as error:  # the SDK raises many kinds; a moment later it may work
            trouble = error
    if trouble is not None:
        raise trouble
    return False


def _journal(control: Path) -> bytes:
    try:
        return (control / JOURNAL).read_bytes()
    except FileNotFoundError:
        return b""
