"""Where a run reports: files in the output folder, and a run of W&B beside them where one is wanted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from workloads.cartpole.files import write_in_one_step

if TYPE_CHECKING:
    from pathlib import Path

    import wandb

Row = Mapping[str, float]


class Reports:
    """`metrics.jsonl` while training goes on, and `metrics.json` at its end."""

    def __init__(self, folder: Path, run: wandb.Run | None) -> None:
        """Begin `metrics.jsonl` anew: a resumed run reports again what it reported before."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._run = run
        self._file = (folder / "metrics.jsonl").open("w", encoding="utf-8")

    def progress(self, row: Row) -> None:
        """Report one update."""
        self._file.write(json.dumps(row) + "\n")
        self._file.flush()
        if self._run is not None:
            self._run.log(dict(row), step=int(row["step"]))

    def final(self, metrics: Row) -> None:
        """Report what the run came to."""
        write_in_one_step(self._folder / "metrics.json", (json.dumps(metrics, indent=2) + "\n").encode())
        if self._run is not None:
            self._run.log(dict(metrics), step=int(metrics["step"]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
