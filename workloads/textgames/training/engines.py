"""What generates during training: vLLM in this process, vLLM as a child, or nothing but transformers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal, Protocol, get_args

from msgspec import json

from workloads.textgames.settings import Dtype, Model, SettingsError, TrainSettings

_TYPES: Final = frozenset(get_args(Dtype)) - {"auto"}


class Engine(Protocol):
    """vLLM, for one trainer. Weights reach it with `trainer.vllm_generation.sync_weights()`."""

    @property
    def mode(self) -> Literal["colocate", "server"]:
        """Where vLLM runs: in this process or as a child."""
        ...

    def attach(self, trainer: Any) -> None:
        """Let a trainer that was made with `use_vllm=False` generate with this engine.

        `trainer` is a GRPOTrainer; `workloads.textgames.training.trainer.Trainer` calls this itself.
        Raises SyncError, ServerError.
        """
        ...


@contextmanager
def open_engine(settings: TrainSettings, folder: Path, log: Path) -> Iterator[Engine | None]:
    """The engine that `settings.vllm.mode` names; None for `off`. Stopped at the end, whatever happens.

    `folder` holds the model (`settings.model`, resolved). A server starts here and writes to `log`;
    vLLM in this process starts when a trainer is made with it.
    Raises SettingsError, SyncError, ServerError.
    """
    if settings.vllm.mode == "off":
        yield None
    elif settings.vllm.mode == "colocate":
        from workloads.textgames.training.colocated import ColocatedEngine

        colocated = ColocatedEngine(folder, settings.vllm, resolve_dtype(settings.model, folder))
        try:
            yield colocated
        finally:
            colocated.close()
    else:
        with _server(settings, folder, log) as server:
            from workloads.textgames.training.served import ServedEngine

            yield ServedEngine(server, adapter=settings.lora is not None)


def _server(settings: TrainSettings, folder: Path, log: Path) -> Any:
    from workloads.textgames.serving.server import VllmServer
    from workloads.textgames.training.reloading import WORKER_EXTENSION

    return VllmServer(
        folder,
        settings.vllm,
        log=log,
        dtype=resolve_dtype(settings.model, folder),
        lora_rank=None if settings.lora is None else settings.lora.rank,
        control=True,
        flags=("--worker-extension-cls", WORKER_EXTENSION),
    )


def resolve_dtype(model: Model, folder: Path) -> Dtype:
    """The type of the weights, the same for trainer and engine: `auto` is what config.json says.

    Raises SettingsError.
    """
    if model.dtype != "auto":
        return model.dtype
    path = folder / "config.json"
    try:
        configuration = json.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, ValueError):
        raise SettingsError(f"{path} is not the configuration of a model; check model.name") from None
    parts = [configuration, configuration.get("text_config")]
    for part in parts:
        for key in ("dtype", "torch_dtype"):
            if isinstance(part, dict) and str(part.get(key)) in _TYPES:
                found: Dtype = part[key]
                return found
    return "float32"
