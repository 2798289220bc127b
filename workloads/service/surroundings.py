"""What the environment tells the application: the same here and at a provider."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct

from workloads.service.settings import ServiceSettings
from workloads.textgames.settings import SettingsError, read


class Surroundings(Struct, frozen=True, kw_only=True):
    """Where the application is.

    `folder` may be written to. `repository` is where trainings are launched from, None where there are none.
    `budget` is the most that one training may cost, in US dollars. A `proxy` in front
    takes requests over https only.
    """

    settings: Path
    version: str
    folder: Path
    repository: Path | None
    backend: Literal["local", "modal"]
    budget: float | None
    proxy: bool


def surroundings(environment: Mapping[str, str]) -> Surroundings:
    """Reads the variables RUNNER_SERVICE_*. Raises SettingsError."""
    repository = environment.get("RUNNER_SERVICE_REPOSITORY")
    return Surroundings(
        settings=Path(_needed(environment, "RUNNER_SERVICE_SETTINGS")),
        version=environment.get("RUNNER_SERVICE_VERSION", ""),
        folder=Path(_needed(environment, "RUNNER_SERVICE_FOLDER")),
        repository=Path(repository) if repository else None,
        backend=_backend(environment.get("RUNNER_SERVICE_BACKEND", "local")),
        budget=_budget(environment.get("RUNNER_SERVICE_BUDGET", "")),
        proxy=environment.get("RUNNER_SERVICE_PROXY", "") == "1",
    )


def settings_of(where: Surroundings) -> ServiceSettings:
    """The service's settings. Raises SettingsError."""
    return read(where.settings, ServiceSettings)


def _needed(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise SettingsError(f"{name} is not set; `runner run` starts a service with all that it needs")
    return value


def _backend(name: str) -> Literal["local", "modal"]:
    if name == "local":
        return "local"
    if name == "modal":
        return "modal"
    raise SettingsError(f"RUNNER_SERVICE_BACKEND must be local or modal, not {name[:40]!r}")


def _budget(text: str) -> float | None:
    try:
        budget = float(text) if text else None
    except ValueError:
        budget = math.nan
    if budget is not None and not 0 <= budget < math.inf:
        raise SettingsError(f"RUNNER_SERVICE_BUDGET must be an amount in US dollars, not {text[:40]!r}")
    return budget
