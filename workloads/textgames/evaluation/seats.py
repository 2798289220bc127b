"""Makes players of contestants: at an endpoint that exists, served by vLLM, or in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec.structs import replace

from workloads.textgames.evaluation.contestants import Contestant
from workloads.textgames.model_files import resolve, resolve_adapter
from workloads.textgames.play.endpoint import EndpointPlayer, key_of
from workloads.textgames.play.player import Player, PlayerError
from workloads.textgames.serving.server import VllmServer
from workloads.textgames.settings import Endpoint, EvaluateSettings, Model
from workloads.textgames.training.engines import resolve_dtype

Act = Callable[[Contestant, Player], None]


def seat_each(contestants: Sequence[Contestant], settings: EvaluateSettings, log: Path, act: Act) -> None:
    """Calls `act` with each contestant and its player, one after the other.

    Models are resolved before anything is started. Contestants with the same model below their adapters
    share a server of vLLM, whose output goes to `log`. Raises PlayerError, ModelError, ServerError and
    SettingsError.
    """
    if settings.endpoint is not None:
        _at_endpoint(contestants, settings, settings.endpoint, act)
        return
    folders = {contestant.name: _resolved(contestant.model) for contestant in contestants}
    if settings.vllm.mode == "off":
        for contestant in contestants:
            _with_transformers(contestant, folders[contestant.name], settings, act)
        return
    for group in groups(contestants):
        _with_vllm(group, folders, settings, log, act)


def groups(contestants: Sequence[Contestant]) -> list[list[Contestant]]:
    """Those who share a model below their adapters, in the order of the first of each group."""
    found: dict[Model, list[Contestant]] = {}
    for contestant in contestants:
        found.setdefault(replace(contestant.model, adapter=None), []).append(contestant)
    return list(found.values())


def _at_endpoint(
    contestants: Sequence[Contestant], settings: EvaluateSettings, endpoint: Endpoint, act: Act
) -> None:
    key = key_of(endpoint.key)
    for contestant in contestants:
        with EndpointPlayer(
            endpoint.url,
            contestant.model.name,
            settings.sampling,
            key=key,
            concurrency=settings.concurrency,
        ) as player:
            act(contestant, player)


def _with_vllm(
    group: Sequence[Contestant],
    folders: dict[str, tuple[Path, Path | None]],
    settings: EvaluateSettings,
    log: Path,
    act: Act,
) -> None:
    """One server for all of a group: the bare model by its own name, each adapter by its player's name."""
    adapters = {one.name: adapter for one in group if (adapter := folders[one.name][1]) is not None}
    folder = folders[group[0].name][0]
    with VllmServer(
        folder,
        settings.vllm,
        log=log,
        dtype=resolve_dtype(group[0].model, folder),
        adapters=adapters,
    ) as server:
        for contestant in group:
            with EndpointPlayer(
                server.base_url,
                contestant.name if contestant.name in adapters else server.name,
                settings.sampling,
                key=server.key,
                concurrency=settings.concurrency,
                parse_tools=settings.vllm.enable_auto_tool_choice,
            ) as player:
                try:
                    act(contestant, player)
                except PlayerError:
                    server.check()  # raises for one that ended, with its log
                    raise


def _with_transformers(
    contestant: Contestant, folders: tuple[Path, Path | None], settings: EvaluateSettings, act: Act
) -> None:
    from workloads.textgames.play.local import TransformersPlayer

    folder, adapter = folders
    player = TransformersPlayer(
        folder,
        settings.sampling,
        adapter=adapter,
        dtype=resolve_dtype(contestant.model, folder),
        attn_implementation=contestant.model.attn_implementation,
    )
    act(contestant, player)


def _resolved(model: Model) -> tuple[Path, Path | None]:
    """The folders of a model and of its adapter. Raises ModelError."""
    adapter = None if model.adapter is None else resolve_adapter(model.adapter)
    return resolve(model.name, model.revision), adapter
