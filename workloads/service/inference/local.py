"""A model in this process, with transformers, and adapters with PEFT."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from workloads.service.inference.batching import Batcher
from workloads.service.inference.model import Adapter, Draw, LoadError
from workloads.textgames.play.local import TransformersPlayer
from workloads.textgames.play.player import PlayerError, Reply, Request
from workloads.textgames.settings import Model, Sampling

_log = logging.getLogger(__name__)


class LocalModel(Batcher):
    """Generates up to `batch` turns at a time; with the adapter `own` where a turn names none.

    Raises LoadError where the model cannot be loaded.
    """

    def __init__(
        self, folder: Path, model: Model, own: Adapter | None, sampling: Sampling, batch: int
    ) -> None:
        try:
            self._player = TransformersPlayer(
                folder,
                sampling,
                dtype=model.dtype,
                attn_implementation=model.attn_implementation,
                batch_size=batch,
                apart=True,
            )
        except PlayerError as error:
            _log.error("%s", error)
            raise LoadError("the model cannot be loaded; the log says why") from None
        self._own = own
        super().__init__(self._generate_with, batch)

    def _generate_with(self, draw: Draw, requests: Sequence[Request]) -> list[Reply]:
        try:
            self._player.wear(*(draw.adapter or self._own or (None, 0)))
        except PlayerError as error:
            _log.error("%s", error)
            raise LoadError("the adapter cannot be laid over the model; the log says why") from None
        self._player.sampling = draw.sampling
        return self._player.replies(requests)
