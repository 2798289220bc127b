"""What a second of each resource costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, ValidationError, convert

from runner.errors import InputError
from runner.plan.model import Requirements

GIBIBYTE = 2**30


class Prices(Struct, frozen=True, forbid_unknown_fields=True):
    """US dollars per second: of a physical core, of a GiB of memory, of each type of GPU.

    A task that is bound to a region costs `region_multiplier` times as much.
    """

    dated: str
    source: str
    cpu_core_second: float
    memory_gib_second: float
    gpu_second: dict[str, float]
    region_multiplier: float

    def rate(self, requirements: Requirements) -> float:
        """US dollars per second of one task; the dearest GPU where there is a choice.

        Raises InputError for a GPU without a price.
        """
        gpu = max((self._gpu_rate(name) for name in requirements.gpus), default=0.0)
        memory = requirements.memory / GIBIBYTE
        rate = requirements.cpu * self.cpu_core_second + memory * self.memory_gib_second + gpu
        return rate * self.region_multiplier if requirements.regions else rate

    def _gpu_rate(self, name: str) -> float:
        kind, _, count = name.partition(":")
        try:
            return self.gpu_second[kind] * int(count or 1)
        except KeyError:
            known = ", ".join(self.gpu_second)
            raise InputError(
                "gpu-without-price",
                f"there is no price for the GPU {kind}",
                fix=f"use one of {known}, or add it under [prices.gpu_second] in runner.toml",
            ) from None


def parse_prices(table: Mapping[str, Any], overrides: Mapping[str, Any]) -> Prices:
    """The published prices with those of the repository's settings laid over.

    Raises InputError when the settings hold something that is not a price.
    """
    merged = {**table, **overrides}
    merged["gpu_second"] = {**table["gpu_second"], **overrides.get("gpu_second", {})}
    try:
        return convert(merged, Prices)
    except ValidationError as error:
        raise InputError(
            "bad-price",
            f"[prices] cannot be used: {error}",
            place="runner.toml",
            fix="give US dollars per second",
        ) from None
