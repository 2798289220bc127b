"""A worker process of the local backend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runner.worker.driving import WorkerProcess


class Slot(WorkerProcess):
    """A worker process, and the attempt that it does: `current`, to be answered by `due` (monotonic)."""

    def __init__(self, lock: int, errors: Path) -> None:
        """Starts the process. It inherits the run's lock; `errors` takes what it has to complain about."""
        with errors.open("ab") as complaints:
            super().__init__(complaints, (lock,))
        self.current: tuple[str, int] | None = None
        self.due = 0.0

    def give(self, spec: dict[str, Any]) -> None:
        """Hands it an attempt. Raises BrokenPipeError when the process is dead."""
        self.current = (spec["task"], spec["attempt"])
        super().give(spec)
