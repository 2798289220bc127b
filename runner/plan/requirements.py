"""From a manifest's resources, in words, to a plan's requirements, in numbers."""

from __future__ import annotations

from runner.manifest.common import Resources
from runner.manifest.units import seconds, size_in_bytes
from runner.plan.model import Requirements


def requirements(resources: Resources) -> Requirements:
    """What one task needs: seconds and bytes instead of words."""
    return Requirements(
        cpu=resources.cpu,
        memory=size_in_bytes(resources.memory),
        timeout=seconds(resources.timeout),
        gpus=_each(resources.gpu),
        stall_timeout=None if resources.stall_timeout is None else seconds(resources.stall_timeout),
        retries=resources.retries,
        retry_on=tuple(resources.retry_on),
        regions=_each(resources.region),
    )


def _each(value: str | list[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())
