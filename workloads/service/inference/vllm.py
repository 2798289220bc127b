"""A model that vLLM serves as a child, with the adapters that are asked for."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from pathlib import Path
from typing import Any, Final

from workloads.service.inference.endpoint import RETRIES, EndpointModel
from workloads.service.inference.model import Adapter, LoadError
from workloads.textgames.play.endpoint import EndpointPlayer
from workloads.textgames.serving.errors import ServerError
from workloads.textgames.serving.server import VllmServer
from workloads.textgames.settings import Dtype, Sampling, Vllm

RANK: Final = 16
"""Adapters of this rank are taken at least, where there are none yet when the server starts."""
_AT_ONCE: Final = 4
_LARGEST: Final = 512

_log = logging.getLogger(__name__)


class VllmModel(EndpointModel):
    """Raises LoadError where vLLM does not serve. Adapters below `models` are taken, also later ones."""

    def __init__(
        self,
        folder: Path,
        models: Path,
        sampling: Sampling,
        vllm: Vllm,
        dtype: Dtype,
        log: Path,
        own: Adapter | None,
    ) -> None:
        self._server = VllmServer(
            folder,
            vllm,
            log=log,
            dtype=dtype,
            lora_rank=_rank(models, own),
            control=True,
            flags=("--max-loras", str(_AT_ONCE), "--max-cpu-loras", str(4 * _AT_ONCE)),
            say=_log.info,
        )
        try:
            self._server.__enter__()
        except ServerError as error:
            _log.error("vLLM does not serve: %s", error)
            raise LoadError("vLLM does not serve the model; the log says why") from None
        super().__init__(
            EndpointPlayer(
                self._server.base_url,
                self._server.name,
                sampling,
                key=self._server.key,
                parse_tools=False,
                retries=RETRIES,
            )
        )
        self._own = own
        self._served: dict[Adapter, asyncio.Task[str]] = {}

    def close(self) -> None:
        """Ends the requests, then the server."""
        super().close()
        self._server.stop()

    async def served(self, adapter: Adapter | None) -> str | None:
        """The name of an adapter, which is loaded when it is first asked for."""
        adapter = adapter or self._own
        if adapter is None:
            return None
        if adapter not in self._served:
            self._served[adapter] = asyncio.create_task(self._load(adapter))
        try:
            return await asyncio.shield(self._served[adapter])
        except LoadError:
            self._served.pop(adapter, None)
            raise

    async def _load(self, adapter: Adapter) -> str:
        digest = hashlib.sha256(f"{adapter.folder} {adapter.written}".encode()).hexdigest()
        name = f"adapter-{digest[:16]}"
        body = {"lora_name": name, "lora_path": str(adapter.folder)}
        try:
            await asyncio.to_thread(self._server.post, "/v1/load_lora_adapter", body)
        except ServerError as error:
            _log.error("vLLM does not take the adapter: %s", error)
            raise LoadError("vLLM does not take the adapter; it must be a LoRA of the model") from None
        return name


def _rank(models: Path, own: Adapter | None) -> int:
    """The largest rank of the adapters that there are."""
    found = [RANK]
    folders = [path.parent for path in models.rglob("adapter_config.json")]
    for folder in [*folders, *([own.folder] if own else [])]:
        try:
            said: Any = json.loads((folder / "adapter_config.json").read_bytes())
        except (OSError, ValueError):
            continue
        rank = said.get("r") if isinstance(said, dict) else None
        if isinstance(rank, int) and 0 < rank <= _LARGEST:
            found.append(rank)
    return max(found)
