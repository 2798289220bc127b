"""What an attempt's programs see of the container that they run in."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import runner

_OURS: Final = ("/root", "/pkg", "/__modal", str(Path(runner.__file__).parents[1]))
"""Where this code and the provider's client lie: of no use to a program, and maybe in its way."""

_SECRETIVE: Final = re.compile(
    r"(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)(?:_|$)", re.IGNORECASE
)


class MissingSecretError(Exception):
    """A secret that the stage asked for has no value in the container."""


def surroundings(order: Mapping[str, Any], container: Mapping[str, str]) -> dict[str, str]:
    """The environment of the programs: the container's own, and laid over it that of the stage.

    What the provider needs for itself stays out, and so does what is called like a secret: a secret at
    the provider may hold more variables than the stage asked for, and nothing would mask those.
    """
    kept = {name: value for name, value in container.items() if not _is_withheld(name, order)}
    path = [entry for entry in kept.pop("PYTHONPATH", "").split(os.pathsep) if entry and not _is_ours(entry)]
    if path:
        kept["PYTHONPATH"] = os.pathsep.join(path)
    return {**kept, "PYTHONUNBUFFERED": "1", **order["environment"]}


def secrets(order: Mapping[str, Any], container: Mapping[str, str]) -> dict[str, str]:
    """The values of the secrets that were asked for. Raises MissingSecretError."""
    names = order["secret_names"]
    if missing := [name for name in names if name not in container]:
        raise MissingSecretError(f"the container has no variable {', '.join(missing)}, which is a secret")
    return {name: container[name] for name in names}


def _is_withheld(name: str, order: Mapping[str, Any]) -> bool:
    return name.startswith("MODAL_") or name in order["secret_names"] or bool(_SECRETIVE.search(name))


def _is_ours(entry: str) -> bool:
    return any(entry.rstrip("/") == ours or entry.startswith(f"{ours}/") for ours in _OURS)
