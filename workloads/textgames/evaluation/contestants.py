"""Who plays: the model of the settings, what it is compared with, and under which names they are known."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from workloads.textgames.evaluation.champion import Weights, weights_in
from workloads.textgames.settings import EvaluateSettings, Model, SettingsError


class Contestant(NamedTuple):
    """A player's name in all that is written (`trained`, `model`, `start`, `champion`), and its model."""

    name: str
    model: Model


class Contest(NamedTuple):
    """All who play, the judged one first, and sentences about those who do not.

    `champion` is the name of the contestant that stands for the champion; None where there is none.
    """

    contestants: tuple[Contestant, ...]
    champion: str | None
    notes: tuple[str, ...]


def contest(settings: EvaluateSettings, trained: Path | None, champion: Path | None) -> Contest:
    """Who plays by the settings and the folders of the command line. Raises SettingsError."""
    if settings.endpoint is not None:
        _check_endpoint(settings, trained)
    if trained is None:
        return _of_models(settings)
    weights = weights_in(trained)
    if isinstance(weights, str):
        raise SettingsError(f"the model in {trained} cannot be played: {weights}")
    players = [
        Contestant("trained", _laid_over(settings.model, weights)),
        Contestant("start", settings.model),
    ]
    if champion is None or not champion.is_dir():
        return Contest(tuple(players), "start", ("there is no champion yet: the start stands for it",))
    found = weights_in(champion)
    if isinstance(found, str):
        return Contest(tuple(players), "start", (f"the start stands for the champion: {found}",))
    players.append(Contestant("champion", _laid_over(settings.model, found)))
    return Contest(tuple(players), "champion", ())


def _of_models(settings: EvaluateSettings) -> Contest:
    """The model of the settings, beside the one to compare with."""
    model = Contestant("model", settings.model)
    if settings.against is None:
        return Contest((model,), None, ())
    return Contest((model, Contestant("champion", settings.against)), "champion", ())


def _laid_over(start: Model, weights: Weights) -> Model:
    """A model with the weights of a folder in place of its own, or with the adapter there."""
    if weights.is_adapter:
        return replace(start, adapter=str(weights.folder))
    return replace(start, name=str(weights.folder), revision=None, adapter=None)


def _check_endpoint(settings: EvaluateSettings, trained: Path | None) -> None:
    """An endpoint plays what it has. Raises SettingsError for weights that would have to be sent to it."""
    if trained is not None:
        raise SettingsError("weights cannot be sent to an endpoint; leave out --trained, or the endpoint")
    for model in (settings.model, settings.against):
        if model is not None and model.adapter is not None:
            raise SettingsError(
                f"the adapter {model.adapter} cannot be sent to an endpoint; "
                "leave it out, and name the model as the endpoint does"
            )
