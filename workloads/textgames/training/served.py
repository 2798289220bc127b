"""vLLM as a child: tokens over HTTP, weights through files. Imports TRL."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from trl.generation.vllm_client import VLLMClient
from trl.generation.vllm_generation import VLLMGeneration

from workloads.textgames.serving.server import VllmServer
from workloads.textgames.training.attaching import attach, generation_arguments

GENERATE_TIMEOUT: Final = 1800.0
"""Seconds that a batch of replies may take."""
LOAD_TIMEOUT: Final = 600.0
"""Seconds that loading weights may take."""
_MEMORY: Final = Path("/dev/shm")


class Client(VLLMClient):  # type: ignore[misc]
    """TRL's client, but that it asks with the server's key, a timeout, and no second try."""

    def __init__(self, server: VllmServer, model: str) -> None:
        self.base_url = server.url
        self.model = model
        self._server = server

    def _post(self, url: str, *, json: Mapping[str, Any]) -> Any:
        return self._server.post(url.removeprefix(self._server.url), json, GENERATE_TIMEOUT)


class ServedGeneration(VLLMGeneration):  # type: ignore[misc]
    """TRL's generation in mode `server`, for a server on the same machine: no NCCL is needed, and no GPU."""

    def __init__(self, *, server: VllmServer, adapter: bool, **arguments: Any) -> None:
        self._server, self._adapter, self._adapters = server, adapter, 0
        super().__init__(mode="server", **arguments)

    def _init_vllm(self) -> None:
        self.vllm_client = Client(self._server, self._server.name)

    def sync_weights(self) -> None:
        """Give the server the trainer's weights, or its adapter. Raises ServerError."""
        if self._adapter:
            self._send_adapter()
        else:
            self._send_weights()
        self._server.post("/reset_prefix_cache", {}, LOAD_TIMEOUT)

    def _send_adapter(self) -> None:
        """Load it under a new name, and forget the old one.

        One that is loaded in place would be read again from its files in every step of the engine.
        """
        old, self._adapters = self.vllm_client.model, self._adapters + 1
        name = f"adapter-{self._adapters}"
        size = sum(weight.numel() * 4 for weight in self.model.parameters() if weight.requires_grad)
        with folder_for(size) as folder:
            self.model.save_pretrained(folder)
            self._server.post("/v1/load_lora_adapter", {"lora_name": name, "lora_path": folder}, LOAD_TIMEOUT)
        self.vllm_client.model = name
        if old != self._server.name:
            self._server.post("/v1/unload_lora_adapter", {"lora_name": old}, LOAD_TIMEOUT)

    def _send_weights(self) -> None:
        from safetensors.torch import save_file

        weights = {name: weight.detach().cpu().contiguous() for name, weight in self._iter_named_params()}
        size = sum(weight.numel() * weight.element_size() for weight in weights.values())
        with folder_for(size) as folder:
            path = Path(folder) / "model.safetensors"
            save_file(weights, path)
            call = {"method": "receive_weights", "args": [str(path)]}
            self._server.post("/collective_rpc", call, LOAD_TIMEOUT)


def folder_for(size: int) -> tempfile.TemporaryDirectory[str]:
    """A folder for so many bytes, in memory where they fit."""
    fits = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > size * 1.1
    return tempfile.TemporaryDirectory(prefix="weights-", dir=_MEMORY if fits else None)


class ServedEngine:
    """A server that runs, for one trainer. `adapter`: the trainer trains one, and the server has the rest."""

    mode: ClassVar[Literal["colocate", "server"]] = "server"
    generation: ClassVar[type[ServedGeneration]] = ServedGeneration

    def __init__(self, server: VllmServer, *, adapter: bool) -> None:
        self._server, self._adapter = server, adapter

    def attach(self, trainer: Any) -> None:
        """Let a trainer generate with the server."""
        arguments = generation_arguments(trainer)
        attach(trainer, self.generation(server=self._server, adapter=self._adapter, **arguments))
