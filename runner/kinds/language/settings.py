"""What the programs are told: one JSON document, as `workloads/textgames/settings.py` reads it.

Every value is written out, so that a default of the programs decides nothing.
"""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import asdict

from runner.kinds.language.environments import canonical, required
from runner.kinds.language.spec import Environment, Model, Player, PlaySampling, Sampling, Vllm
from runner.manifest.units import seconds

FILE = "settings.json"
MAX_TOKENS = 256
"""Tokens of a reply of an evaluation, where nothing says how many."""


def as_file(document: dict[str, Any]) -> dict[str, str]:
    """The document as a file of a stage."""
    return {FILE: json.dumps(document, indent=1, ensure_ascii=False) + "\n"}


def environment_settings(environment: str | Environment, place: str) -> dict[str, Any]:
    """The environment by its one name. Raises InputError, about the job `place`, for an unknown one."""
    whole = Environment(name=environment) if isinstance(environment, str) else environment
    return {**asdict(whole), "name": required(whole.name, place)}


def model_settings(model: str | Model, environment: str | Environment, place: str) -> dict[str, Any]:
    """The model that plays in an environment: the override for it, if there is one.

    A revision is the named model's and not the override's. Raises InputError for an unknown environment.
    """
    whole = Player(name=model) if isinstance(model, str) else model
    told = {"adapter": None, **asdict(whole)}
    named = name_of(environment)
    for name, other in told.pop("overrides").items():
        if required(name, place) == canonical(named):
            told |= {"name": other, "revision": None, "adapter": None}
    return told


def sampling_settings(sampling: Sampling | PlaySampling, max_tokens: int = MAX_TOKENS) -> dict[str, Any]:
    """How a reply is drawn; `max_tokens` where the manifest does not say."""
    told = asdict(sampling)
    return {**told, "max_tokens": told["max_tokens"] or max_tokens}


def vllm_settings(vllm: Vllm) -> dict[str, Any]:
    """How vLLM is run, times in seconds."""
    return {**asdict(vllm), "ready_timeout": seconds(vllm.ready_timeout)}


def name_of(environment: str | Environment) -> str:
    """The environment's name, as the manifest writes it."""
    return environment if isinstance(environment, str) else environment.name
