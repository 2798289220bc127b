"""The places where runs are worked on, listed by hand.

Nothing but the standard library is imported here: attempts are started from this package in images
that hold nothing else of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runner.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runner.engine.backend import Backend
    from runner.engine.host import Host
    from runner.engine.remote import Remote
    from runner.settings import Settings


def _local(secrets: Mapping[str, str], most_output: int) -> Backend:
    from runner.backends.local import LocalBackend

    return LocalBackend(secrets, most_output=most_output)


def _modal(settings: Settings, repository: str) -> Remote:
    from runner.backends.modal.remote import ModalRemote

    return ModalRemote(settings, repository)


def _modal_host(settings: Settings, repository: str) -> Host:
    from runner.backends.modal.services import ModalHost

    return ModalHost(settings, repository)


BACKENDS: Final[dict[str, Callable[[Mapping[str, str], int], Backend]]] = {"local": _local}
"""Where this process itself drives a run."""

REMOTES: Final[dict[str, Callable[[Settings, str], Remote]]] = {"modal": _modal}
"""Providers that drive runs by themselves."""


HOSTS: Final[dict[str, Callable[[Settings, str], Host]]] = {"modal": _modal_host}
"""Providers that keep services standing."""


def open_backend(name: str, secrets: Mapping[str, str], most_output: int) -> Backend:
    """The backend of this name, which hands `secrets` (by name) to the stages that ask for them.

    A task whose output is larger than `most_output` bytes fails.
    """
    return BACKENDS[name](secrets, most_output)


def open_remote(name: str, settings: Settings, repository: str) -> Remote:
    """The provider of this name, for the runs of this repository. Nothing is asked of it yet."""
    return REMOTES[name](settings, repository)


def open_host(name: str, settings: Settings, repository: str) -> Host:
    """The provider of this name, for the services of this repository. Nothing is asked of it yet."""
    return HOSTS[name](settings, repository)


def require_backend(name: str, place: str = "") -> None:
    """Raises InputError when there is no backend of this name; `place` says where it was asked for."""
    if name not in BACKENDS and name not in REMOTES:
        known = ", ".join([*BACKENDS, *REMOTES])
        raise InputError(
            "unknown-backend", f"there is no backend {name}", place=place, fix=f"known backends: {known}"
        )
