"""The driver's end of one worker process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import msgspec

import runner

_BOOT: Final = "import sys; sys.path.insert(0, sys.argv[2]); from runner.worker.slot import main; main()"


class Slot:
    """A worker process that does one attempt at a time. It lives until its input is closed."""

    def __init__(self, lock: int, errors: Path) -> None:
        """Starts the process. It inherits the run's lock; `errors` takes what it has to complain about.

        Nothing of the driver's environment reaches it, so no secret does but those of its attempts.
        """
        root = str(Path(runner.__file__).parent.parent)
        with errors.open("ab") as complaints:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-X", "utf8", "-c", _BOOT, str(lock), root],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                pass_fds=(lock,),
                env={"PATH": os.defpath},
                start_new_session=True,
                bufsize=0,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input = self._process.stdin.fileno()
        self._output = self._process.stdout.fileno()
        self._rest = b""
        self.current: tuple[str, int] | None = None
        self.due = 0.0

    def fileno(self) -> int:
        """Readable when the process answered, or died."""
        return self._output

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether nobody killed it so far."""
        return self._process.poll() is None

    def give(self, spec: dict[str, Any]) -> None:
        """Hands it an attempt. Raises BrokenPipeError when the process is dead."""
        self.current = (spec["task"], spec["attempt"])
        self._say({"spec": spec})

    def cancel(self, reason: str) -> None:
        """Asks it to end what it runs. Raises BrokenPipeError when the process is dead."""
        self._say({"cancel": reason})

    def answers(self) -> list[bytes] | None:
        """Its answers since the last time; None when it died."""
        data = os.read(self._output, 1 << 16)
        if not data:
            return None
        *lines, self._rest = (self._rest + data).split(b"\n")
        return lines

    def let_go(self) -> None:
        """Closes its input: it kills what it runs, and ends."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    def kill(self) -> None:
        """Ends it without another word, as it is past the moment `due` (monotonic seconds)."""
        self._process.kill()

    def bury(self, patience: float) -> int:
        """Waits for it to end, `patience` seconds before killing it, and returns its exit code."""
        assert self._process.stdout is not None
        self._process.stdout.close()
        try:
            return self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGKILL)
            return self._process.wait()

    def _say(self, order: dict[str, Any]) -> None:
        data = msgspec.json.encode(order) + b"\n"
        while data:
            data = data[os.write(self._input, data) :]
