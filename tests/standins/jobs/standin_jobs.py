"""What the tests of the Modal stand-in run in its containers: small steps, one after the other."""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import modal

opened: list[Any] = []


def volume(name: str) -> modal.Volume:
    return modal.Volume.from_name(name)


def tree(folder: str) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): file.read_text() for file in Path(folder).rglob("*") if file.is_file()
    }


def wait_for(name: str, path: str) -> None:
    while not Path(path).exists():
        time.sleep(0.05)
        volume(name).reload()


def raise_error(text: str) -> None:
    raise ValueError(text)


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def refused(path: str) -> str:
    try:
        Path(path).write_text("x")
    except OSError as error:
        return str(error)
    return "written"


def keep_open(path: str) -> None:
    opened.append(open(path))  # noqa: PTH123, SIM115


def try_commit(name: str) -> str:
    try:
        volume(name).commit()
    except (modal.exception.Error, RuntimeError) as error:
        return f"{type(error).__name__}: {error}"
    return "committed"


def try_reload(name: str) -> str:
    try:
        volume(name).reload()
    except RuntimeError as error:
        return str(error)
    return "reloaded"


def count(path: str) -> int:
    number = int(Path(path).read_text()) + 1 if Path(path).exists() else 1
    Path(path).write_text(str(number))
    return number


def look_up_secret(name: str) -> str:
    try:
        modal.Secret.from_name(name).hydrate()
    except modal.exception.Error as error:
        return f"{type(error).__name__}: {error}"
    return "found"


STEPS: dict[str, Any] = {
    "add": lambda first, second: first + second,
    "chdir": os.chdir,
    "close": lambda: [file.close() for file in opened],
    "commit": lambda name: volume(name).commit(),
    "count": count,
    "daemon": lambda: subprocess.Popen(["sleep", "987654"], start_new_session=True).pid,
    "environment": lambda: dict(os.environ),
    "exit": os._exit,
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "look_up_secret": look_up_secret,
    "ls": lambda path: sorted(file.name for file in Path(path).iterdir()),
    "open": keep_open,
    "print": lambda text: print(text, flush=True),
    "process": os.getpid,
    "raise": raise_error,
    "refused": refused,
    "reload": lambda name: volume(name).reload(),
    "remove": lambda path: Path(path).unlink(),
    "sleep": time.sleep,
    "spawn": lambda app, name, *steps: modal.Function.from_name(app, name).spawn(*steps).object_id,
    "task": lambda: os.environ["MODAL_TASK_ID"],
    "tree": tree,
    "try_commit": try_commit,
    "try_reload": try_reload,
    "wait_for": wait_for,
    "write": write,
}


def run(*steps: list[Any]) -> list[Any]:
    """Do the steps; what each gave."""
    return [STEPS[name](*arguments) for name, *arguments in steps]


def interrupted(name: str, path: str, first: bool = True) -> str:
    """Leave a word on a Volume when interrupted, so that the next container can say that it happened."""
    if Path(path).exists():
        return Path(path).read_text()
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        write(path, "interrupted")
        volume(name).commit()
        raise
    return "not interrupted"


def stubborn() -> None:
    """Pay no heed to interrupts."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            print("interrupted", flush=True)


def cancellable() -> None:
    """Clean up when cancelled."""
    print("ready", flush=True)
    try:
        time.sleep(60)
    except modal.exception.InputCancellation:
        print("cleaned up", flush=True)
        raise
