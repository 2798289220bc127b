"""What a manifest of `kind: Service` becomes: one JSON document, which the application reads when it starts.

`runner` writes it. Its name and the rest of the surroundings are in the environment (see `surroundings.py`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from workloads.textgames.settings import Endpoint, Model, Positive, Sampling, Vllm

Seconds = Annotated[float, Meta(gt=0)]


class Access(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may come in. `passwords` is the variable with the hashes (see `access/entries.py`).

    After `attempts` wrong passwords in a row a client waits, twice as long after each further one, up to
    `longest_delay` seconds. Browsers of other `origins` than these may not call it; normally of none.
    """

    passwords: str = "SERVICE_PASSWORDS"
    attempts: Positive = 5
    longest_delay: Seconds = 900.0
    origins: list[str] = []


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one request and all of them may take. Times in seconds, sizes in bytes.

    `rollouts` are episodes that are played at the same time, those of evaluations among them; a request that
    finds no room is told to come back.
    """

    body: Positive = 1 << 20
    request: Seconds = 600.0
    requests: Positive = 64
    rollouts: Positive = 64
    episodes: Positive = 1000
    batch: Positive = 32
    waiting: Seconds = 10.0


class Training(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The manifest that requests for training launch, with their values laid over it, and so many at once."""

    job: str
    at_once: Positive = 1


class ServiceSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that a service is told.

    `model` plays where a request names no other. Others, and adapters, lie below the folder `models`.
    `engine` is who generates: `auto` is vLLM where there is a GPU and transformers otherwise; with an
    `endpoint`, it is that. After `idle_shutdown` seconds without a request the process ends; None: never.
    """

    name: str
    model: Model
    models: str = "models"
    engine: Literal["auto", "vllm", "transformers"] = "auto"
    endpoint: Endpoint | None = None
    vllm: Vllm = Vllm()
    sampling: Sampling = Sampling()
    access: Access = Access()
    limits: Limits = Limits()
    training: Training | None = None
    idle_shutdown: Seconds | None = None
