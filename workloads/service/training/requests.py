"""Which idempotency key became which training, in files that outlive the service's process."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from workloads.service.training.model import StartedTraining, TrainingError, TrainingRequest


class Kept(Struct, frozen=True):
    """What was asked for, as a digest, and what was started."""

    request: str
    started: StartedTraining


class Requests:
    """One file for each key, by the key's digest; the key itself is kept nowhere."""

    def __init__(self, folder: Path) -> None:
        """The folder is made when it is first written to."""
        self._folder = folder

    def known(self, name: str, request: TrainingRequest) -> StartedTraining | None:
        """What the key started before. Raises TrainingError (422) where other values came with it."""
        try:
            kept = msgspec.json.decode((self._folder / f"{name}.json").read_bytes(), type=Kept)
        except (OSError, msgspec.DecodeError):
            return None
        if kept.request != _digest(request):
            raise TrainingError(
                "key_used", 422, "the idempotency key came with other values before; take another"
            )
        return kept.started

    def keep(self, name: str, request: TrainingRequest, started: StartedTraining) -> None:
        """Remembers what a key has started."""
        self._folder.mkdir(parents=True, exist_ok=True)
        half = self._folder / f".{name}.{os.getpid()}"
        half.write_bytes(msgspec.json.encode(Kept(_digest(request), started)))
        half.replace(self._folder / f"{name}.json")


def _digest(request: TrainingRequest) -> str:
    return hashlib.sha256(msgspec.json.encode(request, order="deterministic")).hexdigest()
