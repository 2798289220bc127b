"""Where results become pull requests."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runner.forge.base import Forge
    from runner.repository.git import Repository
    from runner.settings import Settings


def in_workflow() -> bool:
    """Whether this process belongs to a workflow of GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true" and bool(os.environ.get("GITHUB_REPOSITORY"))


def _local(repository: Repository, _settings: Settings) -> Forge:
    from runner.forge.local import LocalForge

    return LocalForge(repository)


def _github(repository: Repository, settings: Settings) -> Forge:
    from runner.forge.github.client import connect
    from runner.forge.github.forge import GitHubForge

    return GitHubForge(connect(repository), repository, settings.github.labels)


def _automatic(repository: Repository, settings: Settings) -> Forge:
    return (_github if in_workflow() else _local)(repository, settings)


FORGES: Mapping[str, Callable[[Repository, Settings], Forge]] = {
    "auto": _automatic,
    "github": _github,
    "local": _local,
}


def open_forge(repository: Repository, settings: Settings) -> Forge:
    """The forge that the settings name.

    Raises InputError where it cannot be used here: for GitHub, without a token or the repository's name.
    """
    return FORGES[settings.forge](repository, settings)


def leaves_to_workflows(settings: Settings) -> bool:
    """Whether what a workflow launched is to be proposed by a workflow, and not from this machine."""
    return settings.forge == "auto" and not in_workflow()
