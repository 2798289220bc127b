"""Progress while a training goes on: `metrics.jsonl`, lines for people, and what a checkpoint keeps of both.

Imports transformers.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import json
from transformers import TrainerCallback

from workloads.textgames.training.checkpoints import Checkpoints, Progress
from workloads.textgames.training.rows import Row, line, row_of
from workloads.textgames.training.signals import Signals
from workloads.textgames.training.tally import Tally


class ProgressCallback(TrainerCallback):  # type: ignore[misc]
    """Writes a row for each logged step, and marks checkpoints as whole.

    `progress` is that of the checkpoint which the training goes on from: its rows are written again, those
    of steps after it are not, so that the curve has each step once.
    """

    def __init__(
        self, output: Path, checkpoints: Checkpoints, progress: Progress, tally: Tally, signals: Signals
    ) -> None:
        self.progress = progress
        self._rows, self._samples = output / "metrics.jsonl", output / "rollouts.jsonl"
        self._checkpoints = checkpoints
        self._tally = tally
        self._signals = signals
        self._clock = time.monotonic()
        _write(self._rows, progress.rows)
        _write(self._samples, progress.samples)

    def sample(self, episode: Row) -> None:
        """Keep an episode to be read by people."""
        self.progress.samples.append(episode)
        _append(self._samples, episode)

    def mark(self, step: int) -> None:
        """Say that TRL's checkpoint of a step is whole."""
        self._count()
        self.progress.step = step
        self._checkpoints.complete(self.progress)

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """Start the clock: what came before was not training."""
        self._clock = time.monotonic()

    def on_log(self, args: Any, state: Any, control: Any, logs: Mapping[str, Any], **_: Any) -> None:
        """Write a row, unless this is TRL's summary at the end."""
        if "loss" not in logs:
            return
        self._count()
        row = row_of(state.global_step, logs, self._tally.take(), self.progress.seconds)
        self.progress.rows.append(row)
        _append(self._rows, row)
        print(line(row, state.max_steps), flush=True)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Log the last step, too; after a signal save, and stop."""
        if state.global_step >= state.max_steps:
            control.should_log = True
        elif self._signals.noted is not None:
            control.should_log = control.should_save = control.should_training_stop = True

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """TRL has written a checkpoint."""
        self.mark(state.global_step)

    def _count(self) -> None:
        now = time.monotonic()
        self.progress.seconds += now - self._clock
        self._clock = now


def _write(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(json.encode(row) + b"\n" for row in rows))


def _append(path: Path, row: Row) -> None:
    with path.open("ab") as file:
        file.write(json.encode(row) + b"\n")
