"""Which engine generates, and how it loads a model."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

from workloads.service.inference.model import Adapter, LoadedModel, LoadError, Source
from workloads.service.settings import ServiceSettings
from workloads.textgames.model_files import ModelError, resolve, resolve_adapter
from workloads.textgames.play.player import PlayerError
from workloads.textgames.settings import SettingsError

Name = Literal["vllm", "transformers", "endpoint"]

ROOM: Final[dict[Name, int]] = {"vllm": 1, "transformers": 2, "endpoint": 1}
"""Models that are kept loaded: vLLM takes a GPU for each."""

_log = logging.getLogger(__name__)


def engine_of(settings: ServiceSettings) -> Name:
    """The engine; `auto` is vLLM where there are a GPU and vLLM."""
    if settings.endpoint is not None:
        return "endpoint"
    if settings.engine != "auto":
        return settings.engine
    gpu = any(Path("/dev").glob("nvidia[0-9]*"))
    return "vllm" if gpu and find_spec("vllm") is not None else "transformers"


def _own_adapter(settings: ServiceSettings) -> Adapter | None:
    """The adapter that the manifest lays over its model. Raises LoadError."""
    if settings.model.adapter is None:
        return None
    try:
        return Adapter(resolve_adapter(settings.model.adapter), 0)
    except ModelError as error:
        _log.error("%s", error)
        raise LoadError(f"the adapter {settings.model.adapter} of the manifest cannot be had") from None


def loader(settings: ServiceSettings, scratch: Path) -> Callable[[Source], LoadedModel]:
    """What loads a model: blocking, in the engine of the settings. It raises LoadError."""
    engine = engine_of(settings)
    if engine == "endpoint":
        return lambda source: _endpoint(settings)

    def load(source: Source) -> LoadedModel:
        own = _own_adapter(settings) if source.folder is None else None
        folder = source.folder or _own(settings)
        if engine == "transformers":
            from workloads.service.inference.local import LocalModel

            return LocalModel(folder, settings.model, own, settings.sampling, settings.limits.batch)
        return _vllm(settings, folder, own, scratch)

    return load


def _own(settings: ServiceSettings) -> Path:
    try:
        return resolve(settings.model.name, settings.model.revision)
    except ModelError as error:
        _log.error("%s", error)
        raise LoadError(
            f"the model {settings.model.name} of the manifest cannot be had; the log says why"
        ) from None


def _endpoint(settings: ServiceSettings) -> LoadedModel:
    from workloads.service.inference.endpoint import RETRIES, EndpointModel
    from workloads.textgames.play.endpoint import EndpointPlayer, key_of

    if settings.endpoint is None:
        raise LoadError("there is no endpoint")
    try:
        key = key_of(settings.endpoint.key)
    except PlayerError as error:
        raise LoadError(str(error)) from None
    return EndpointModel(
        EndpointPlayer(
            settings.endpoint.url, settings.model.name, settings.sampling, key=key, retries=RETRIES
        )
    )


def _vllm(settings: ServiceSettings, folder: Path, own: Adapter | None, scratch: Path) -> LoadedModel:
    from workloads.service.inference.vllm import VllmModel
    from workloads.textgames.training.engines import resolve_dtype

    try:
        dtype = resolve_dtype(settings.model, folder)
    except SettingsError as error:
        _log.error("%s", error)
        raise LoadError("the model's config.json cannot be read") from None
    log = scratch / f"vllm-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}.log"
    return VllmModel(
        folder,
        Path(settings.models),
        settings.sampling,
        settings.vllm,
        dtype,
        log,
        own,
    )
