"""What the application is told: one JSON document, as `workloads/service/settings.py` reads it.

Every value is written out, so that a default of the application decides nothing.
"""

from __future__ import annotations

import json
from typing import Any, Final

from msgspec.structs import asdict

from runner.kinds.language.settings import sampling_settings, vllm_settings
from runner.kinds.service.spec import ServedModel, ServiceJob, ServiceSpec
from runner.manifest.units import seconds, size_in_bytes

FILE: Final = "service.json"


def as_file(document: dict[str, Any]) -> dict[str, str]:
    """The document as a file of a stage."""
    return {FILE: json.dumps(document, indent=1, ensure_ascii=False) + "\n"}


def service_settings(job: ServiceJob) -> dict[str, Any]:
    """All that the application is told; times in seconds, sizes in bytes."""
    spec = job.spec
    idle = spec.idle_shutdown
    return {
        "name": job.metadata.name,
        "model": _model(spec.model),
        "models": spec.models,
        "engine": spec.engine,
        "endpoint": None if spec.endpoint is None else asdict(spec.endpoint),
        "vllm": vllm_settings(spec.vllm),
        "sampling": sampling_settings(spec.sampling),
        "access": {**asdict(spec.access), "longest_delay": float(seconds(spec.access.longest_delay))},
        "limits": _limits(spec),
        "training": None if spec.training is None else asdict(spec.training),
        "idle_shutdown": None if idle is None else float(seconds(idle)),
    }


def _model(model: str | ServedModel) -> dict[str, Any]:
    """The model; who computes attention is of no concern to one that only answers."""
    whole = ServedModel(name=model) if isinstance(model, str) else model
    return {**asdict(whole), "attn_implementation": "sdpa"}


def _limits(spec: ServiceSpec) -> dict[str, Any]:
    limits = spec.limits
    return {
        "body": size_in_bytes(limits.body_size),
        "request": float(seconds(spec.resources.timeout)),
        "requests": spec.scaling.concurrent_requests,
        "rollouts": limits.rollouts,
        "episodes": limits.episodes,
        "batch": limits.batch,
        "waiting": float(seconds(limits.waiting)),
    }
