"""Manifests of services for the tests."""

from typing import Any

from msgspec import convert

from runner.kinds.service.spec import ServiceJob

MODEL = "Qwen/Qwen2.5-0.5B-Instruct"


def service(name: str = "sample", **spec: Any) -> ServiceJob:
    """A service with this `spec`, of which the model may be left out."""
    whole = {"model": MODEL, **spec}
    manifest = {"apiVersion": "runner/v1", "kind": "Service", "metadata": {"name": name}, "spec": whole}
    return convert(manifest, ServiceJob)
