"""The places where attempts run, listed by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from runner.engine.backend import Backend
from runner.errors import InputError


def _local(secrets: Mapping[str, str], most_output: int) -> Backend:
    from runner.backends.local import LocalBackend

    return LocalBackend(secrets, most_output=most_output)


BACKENDS: Final[dict[str, Callable[[Mapping[str, str], int], Backend]]] = {"local": _local}


def open_backend(name: str, secrets: Mapping[str, str], most_output: int) -> Backend:
    """The backend of this name, which hands `secrets` (by name) to the stages that ask for them.

    A task whose output is larger than `most_output` bytes fails. Raises InputError when there is no
    backend of this name.
    """
    require_backend(name)
    return BACKENDS[name](secrets, most_output)


def require_backend(name: str, place: str = "") -> None:
    """Raises InputError when there is no backend of this name; `place` says where it was asked for."""
    if name not in BACKENDS:
        known = ", ".join(BACKENDS)
        raise InputError(
            "unknown-backend", f"there is no backend {name}", place=place, fix=f"known backends: {known}"
        )
