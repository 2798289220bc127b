"""The repository that a command works in, with its settings and prices."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

from msgspec import Struct

from runner.backends import require_backend
from runner.errors import InputError
from runner.forge import FORGES
from runner.kinds import KINDS
from runner.plan.prices import Prices, parse_prices
from runner.repository.git import Repository
from runner.settings import Settings, load_settings


class Workspace(Struct, frozen=True):
    """What every step of the path needs to know of its surroundings."""

    repository: Repository
    settings: Settings
    prices: Prices

    @property
    def name(self) -> str:
        """What providers are told of the repository, to tell its runs from those of others."""
        return self.repository.name()

    @property
    def state_directory(self) -> Path:
        """Where runs and pull request pages lie; ignored by git."""
        return self.repository.state_directory()


def open_workspace(start: Path) -> Workspace:
    """The workspace around a folder.

    Raises InputError where there is no usable repository, or its settings are wrong.
    """
    repository = Repository.find(start)
    settings = load_settings(repository.root, KINDS)
    require_backend(settings.backend, settings.origin("backend"))
    if settings.forge not in FORGES:
        raise InputError(
            "unknown-forge",
            f"there is no forge {settings.forge}",
            place=settings.origin("forge"),
            fix=f"known forges: {', '.join(FORGES)}",
        )
    return Workspace(repository, settings, read_prices(settings))


def read_prices(settings: Settings) -> Prices:
    """The published prices, with those of the settings laid over."""
    table = tomllib.loads((files("runner.plan") / "prices.toml").read_text(encoding="utf-8"))
    return parse_prices(table, settings.prices)
