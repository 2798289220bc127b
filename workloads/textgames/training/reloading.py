"""What vLLM's worker does with new weights. Runs where the worker runs: in this process, or in a server."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

WORKER_EXTENSION: Final = f"{__name__}.WeightReceiver"
"""For vLLM's `--worker-extension-cls`."""


class WeightReceiver:
    """Mixed into vLLM's worker: takes weights from files."""

    def receive_weights(self, path: str) -> None:
        """Load a safetensors file with all weights, by their names in a checkpoint."""
        from safetensors import safe_open

        with safe_open(Path(path), framework="pt") as file:
            reload(self, ((name, file.get_tensor(name)) for name in file.keys()))  # noqa: SIM118


def reload(worker: Any, weights: Iterable[tuple[str, Any]]) -> None:
    """Put weights in place of those that a vLLM worker has, in the layout that its device wants.

    On CPUs vLLM packs matrices. Its own reload leaves out the packed copy of an output layer that is tied to
    the embeddings, which then answers with old weights and says nothing.
    """
    worker.reload_weights(weights_iterator=weights)
    model = worker.model_runner.model
    if getattr(model.config, "tie_word_embeddings", False):
        model.lm_head.quant_method.process_weights_after_loading(model.lm_head)
