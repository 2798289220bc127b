"""An attempt function that does what its order's steps say; it keeps to the layout of the Volumes."""

import json
import os
import time
from pathlib import Path
from typing import Any


def attempt(order: dict[str, Any]) -> None:
    import modal
    from modal.exception import InputCancellation

    from runner.backends.modal.names import ended_mark
    from runner.engine.layout import RunLayout

    control, outputs = order["volumes"]["control"], order["volumes"]["outputs"]
    task, number = order["task"], order["attempt"]
    if not _is_appointed(control, task, number, modal.current_function_call_id() or ""):
        return
    layout = RunLayout(Path("/runner/outputs") / order["run"])
    folder, mark = layout.attempt(task, number), layout.directory / "ended" / ended_mark(task, number)
    outcome = "succeeded"
    if folder.exists():
        outcome = "preempted"
    started = time.time()
    (folder / "output").mkdir(parents=True, exist_ok=True)
    (folder / "claim.json").write_text(json.dumps({"began": started, "alive": started}))
    begun = layout.directory / "begun"
    begun.mkdir(exist_ok=True)
    (begun / f"{mark.name} {os.environ['MODAL_TASK_ID']}").touch()
    outputs.commit()
    try:
        if outcome == "succeeded":
            outcome = _follow(order, folder)
    except InputCancellation:
        if ["stubborn"] in order["steps"]:
            time.sleep(600)
        outcome = "cancelled"
    (folder / "log.txt").write_text(f"{task} in attempt {number}: {outcome}\n")
    outputs.commit()
    told = {"task": task, "attempt": number, "outcome": outcome, "started": started, "ended": time.time()}
    (folder / "result.json").write_text(json.dumps(told))
    mark.parent.mkdir(exist_ok=True)
    mark.touch()
    outputs.commit()


def _is_appointed(control: Any, task: str, number: int, call: str) -> bool:
    for _ in range(100):
        control.reload()
        journal = Path("/runner/control/journal.jsonl")
        lines = journal.read_text().splitlines(keepends=True) if journal.exists() else []
        for line in lines:
            event = json.loads(line) if line.endswith("\n") else {}
            if (
                event.get("event") == "attempt-started"
                and event["task"] == task
                and event["attempt"] == number
            ):
                return bool(event["handle"] == call)
        time.sleep(0.2)
    return False


def _follow(order: dict[str, Any], folder: Path) -> str:
    for verb, *rest in order["steps"]:
        if verb == "sleep":
            time.sleep(float(rest[0]))
        elif verb == "write":
            (folder / "output" / rest[0]).write_text(rest[1])
        elif verb == "gather":
            found = sorted(Path(path, "said").read_text() for path in order["inputs"].values())
            (folder / "output" / "said").write_text(" ".join(found))
        elif verb == "fail-before" and order["attempt"] < int(rest[0]):
            return "failed"
        elif verb == "vanish-before" and order["attempt"] < int(rest[0]):
            time.sleep(600)
        elif verb == "link":
            (folder / "output" / "link").symlink_to(rest[0])
    return "succeeded"


class _Trap:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.path,)


def trap(path: str) -> _Trap:
    """Returns something that makes a folder where it is unpickled."""
    return _Trap(path)
