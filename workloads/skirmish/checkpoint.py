"""The checkpoint of a tuning run: everything the optimiser was told so far.

The optimiser is deterministic, so replaying these win rates restores its exact state. The
file is JSON and belongs to one run only, named by `identity`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from workloads.skirmish.weights_file import write_in_one_step

FILE_NAME: Final = "skirmish-tune.json"
_FORMAT: Final = 1

Row = dict[str, float]


@dataclass(slots=True)
class Progress:
    """Win rates told and progress rows reported, one entry per finished generation."""

    rates: list[list[float]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint file in a folder; without a folder nothing is saved."""

    folder: Path | None
    identity: Mapping[str, object]
    """Arguments and start weights that the run follows from."""

    def load(self) -> tuple[Progress, str]:
        """Return the progress to resume from, and a line to print about it (may be empty)."""
        if self.folder is None or not (self.folder / FILE_NAME).exists():
            return Progress(), ""
        path = self.folder / FILE_NAME
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            same = document["identity"] == {"format": _FORMAT, **self.identity}
            progress = Progress(document["rates"], document["rows"])
        except (OSError, ValueError, KeyError, TypeError):
            return Progress(), f"ignoring the checkpoint {path}: it cannot be read"
        if not same:
            return Progress(), f"ignoring the checkpoint {path}: it belongs to another run"
        return progress, f"resuming after generation {len(progress.rates)} from {path}"

    def save(self, progress: Progress) -> None:
        """Write the progress in one step."""
        if self.folder is None:
            return
        document = {
            "identity": {"format": _FORMAT, **self.identity},
            "rates": progress.rates,
            "rows": progress.rows,
        }
        write_in_one_step(self.folder / FILE_NAME, json.dumps(document))
