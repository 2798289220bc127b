"""A person at a terminal: a process with a terminal of its own, on which answers are typed when asked."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

# The child's terminal must be its controlling one, as getpass opens /dev/tty.
TAKE_TERMINAL = """\
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
PATIENCE = 60.0


class Shown(Struct, frozen=True):
    """What the terminal showed, and how the process ended."""

    text: str
    code: int


def at_terminal(
    command: Sequence[str],
    answers: Sequence[tuple[str, str]],
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> Shown:
    """Runs a command on a terminal; each answer is typed once its question is shown."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", TAKE_TERMINAL, *command],
        cwd=folder, env=None if environment is None else dict(environment),
        stdin=its, stdout=its, stderr=its, start_new_session=True,
    )  # fmt: skip
    os.close(its)
    shown, waiting, seen = b"", list(answers), 0
    deadline = time.monotonic() + PATIENCE
    try:
        while (part := _read(ours, deadline)) is not None:
            shown += part
            if waiting and waiting[0][0].encode() in shown[seen:]:
                seen = len(shown)
                os.write(ours, waiting.pop(0)[1].encode() + b"\n")
        return Shown(shown.decode(errors="replace").replace("\r\n", "\n"), process.wait(PATIENCE))
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _read(terminal: int, deadline: float) -> bytes | None:
    """What has appeared; None when the process has let go of its terminal."""
    readable, _, _ = select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))
    if not readable:
        raise TimeoutError("the command neither ended nor asked")
    with contextlib.suppress(OSError):
        return os.read(terminal, 65536) or None
    return None
