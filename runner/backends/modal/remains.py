"""What the attempts of a run have left on its outputs Volume."""

from __future__ import annotations

import os
import time
from itertools import islice
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from runner.backends.modal.calls import one_line
from runner.backends.modal.mount import Mount
from runner.backends.modal.names import ENDED
from runner.engine.backend import Finished
from runner.engine.events import AttemptOutcome
from runner.engine.layout import RunLayout
from runner.engine.untrusted import decoded, read_result
from runner.worker.claim import CLAIM

MOST_MARKS: Final = 100_000
"""Marks that are looked at; the end of an attempt whose mark is beyond shows when the provider is asked."""


class Remains:
    """The outputs folder of a run. What lies there may come from a user's program: nothing is trusted."""

    def __init__(self, outputs: Mount) -> None:
        self.layout = RunLayout(outputs.folder)
        self._outputs = outputs

    def reload(self) -> None:
        """Shows what attempts have committed by now."""
        self._outputs.reload()

    def marks(self) -> list[str]:
        """The names of the marks of ended attempts; a program may have added any others."""
        try:
            with os.scandir(self.layout.directory / ENDED) as marks:
                return [mark.name for mark in islice(marks, MOST_MARKS)]
        except OSError:
            return []

    def claimed(self, task: str, attempt: int) -> bool:
        """Whether a container has begun to work on an attempt."""
        return os.path.lexists(self.layout.attempt(task, attempt) / CLAIM)

    def result(self, task: str, attempt: int) -> Finished | None:
        """The result that an attempt wrote; None where there is none that can be read."""
        found = read_result(self.layout, task, attempt)
        return replace(found, reason=one_line(found.reason)) if found else None

    def lost(self, task: str, attempt: int, outcome: AttemptOutcome, reason: str) -> Finished:
        """The end of an attempt without a result. It took as long as its container says it was alive."""
        now = time.time()
        claim = decoded(self.layout.attempt(task, attempt) / CLAIM, _Claim) or _Claim(now, now)
        ended = min(now, max(claim.began, claim.alive))
        return Finished(
            task=task,
            attempt=attempt,
            outcome=outcome,
            started=min(claim.began, ended),
            ended=ended,
            reason=one_line(reason),
        )


class _Claim(Struct, frozen=True):
    """What a container noted of itself when it began, and again while it worked. Epoch seconds."""

    began: float
    alive: float
