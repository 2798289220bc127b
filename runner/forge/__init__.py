"""Where results become pull requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runner.forge.base import Forge
    from runner.repository.git import Repository


def _local(repository: Repository) -> Forge:
    from runner.forge.local import LocalForge

    return LocalForge(repository)


FORGES: Mapping[str, Callable[[Repository], Forge]] = {"local": _local}
