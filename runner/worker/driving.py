"""The driver's end of a worker process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

_BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from runner.worker.slot import main; main()"
_ROOT = str(Path(__file__).parents[2])


class WorkerProcess:
    """A process that does one attempt at a time (see `runner.worker.slot`), until its input is closed."""

    def __init__(self, complaints: IO[bytes] | None = None, held: Sequence[int] = ()) -> None:
        """Starts it. `complaints` takes what it says when something in it is broken: stderr by default.

        It keeps the descriptors `held` open for as long as it lives. Nothing of the driver's
        environment reaches it, so no secret does but those of its attempts.
        """
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-X", "utf8", "-c", _BOOT, _ROOT, *map(str, held)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            pass_fds=tuple(held),
            env={"PATH": os.defpath},
            start_new_session=True,
            bufsize=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input = self._process.stdin.fileno()
        self._output = self._process.stdout.fileno()
        self._rest = b""

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
        self._say({"spec": spec})

    def cancel(self, reason: str, **how: object) -> None:
        """Asks it to end what it runs; `how` as in `runner.worker.supervise.Halt`.

        Raises BrokenPipeError when the process is dead.
        """
        self._say({"cancel": reason, **how})

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
        """Ends it without another word."""
        self._process.kill()

    def bury(self, patience: float) -> int:
        """Waits for it to end, `patience` seconds before killing it, and returns its exit code."""
        assert self._process.stdout is not None
        self._process.stdout.close()
        try:
            return self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def _say(self, order: dict[str, Any]) -> None:
        data = json.dumps(order).encode() + b"\n"
        while data:
            data = data[os.write(self._input, data) :]
