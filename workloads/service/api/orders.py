"""Makes orders of requests: whatever cannot be played is refused here, with the name of its field."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from workloads.service.api.requests import LONGEST_EPISODE, EvaluationRequest, RolloutRequest, SamplingParams
from workloads.service.inference.folder import refused
from workloads.service.inference.inference import OWN, Inference
from workloads.service.inference.model import Adapter, Source
from workloads.service.inference.playing import Order
from workloads.textgames.envs.base import GameError
from workloads.textgames.envs.registry import make
from workloads.textgames.settings import History, Sampling

HISTORIES: Final[dict[str, History]] = {
    "NO_HISTORY": "none",
    "FULL_HISTORY": "full",
    "SCRATCHPAD": "scratchpad",
}
_NAME: Final = 40


def order_of(body: RolloutRequest | EvaluationRequest, inference: Inference) -> Order:
    """What is to be played. Raises ApiError (422)."""
    own = inference.settings.model
    source, adapter = _model(body.model_path, inference)
    if body.adapter is not None:
        if adapter is not None:
            raise refused("adapter", "comes on top of another: model_path is an adapter already")
        adapter = _adapter(body.adapter, inference)
    laid = body.adapter or (body.model_path if adapter else own.adapter if source == OWN else None)
    return Order(
        source=source,
        adapter=adapter,
        model_name=source.name or own.name,
        adapter_name=laid,
        environment=body.env_type,
        arguments=_arguments(body),
        history=HISTORIES[body.history_strategy],
        max_turns=body.max_steps or LONGEST_EPISODE,
        sampling=_sampling(body.sampling_params, inference.settings.sampling),
    )


def _model(path: str | None, inference: Inference) -> tuple[Source, Adapter | None]:
    if path is None or path == inference.settings.model.name:
        return OWN, None
    if inference.engine == "endpoint":
        raise refused("model_path", "cannot be served: an endpoint plays the model of the manifest")
    return inference.folder.source("model_path", path)


def _adapter(path: str, inference: Inference) -> Adapter:
    if inference.engine == "endpoint":
        raise refused("adapter", "cannot be served: an endpoint plays the model of the manifest")
    return inference.folder.adapter("adapter", path)


def game_arguments(game: str, given: dict[str, Any]) -> dict[str, Any]:
    """What a game is made with, each argument checked by the game itself. Raises ApiError (422)."""
    for name, value in given.items():
        try:
            make(game, {name: value})
        except GameError as error:
            raise refused(f"env_config.{name[:_NAME]}", f"cannot be used: {error}") from None
    return dict(given)


def _arguments(body: RolloutRequest | EvaluationRequest) -> dict[str, Any]:
    arguments = game_arguments(body.env_type, body.env_config)
    if body.env_type == "key_door" and body.max_steps is not None:
        arguments.setdefault("max_steps", body.max_steps)
    return arguments


def _sampling(given: SamplingParams, usual: Sampling) -> Sampling:
    return replace(usual, **given.model_dump(exclude_none=True))
