"""The repository that a command works in, with its settings and prices."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from runner.backends import require_backend
from runner.errors import InputError
from runner.forge import FORGES
from runner.kinds import KINDS
from runner.lint.prices import read_prices
from runner.plan.prices import Prices
from runner.repository.git import Repository
from runner.settings import Settings, load_settings, settings_of
from runner.wording import printable


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


def open_workspace(start: Path, settings_at: str | None = None) -> Workspace:
    """The workspace around a folder, with the settings of a commit, or of the working tree without one.

    What a pull request changes is judged by `settings_at`, its base. Raises InputError where there is
    no usable repository, its settings are wrong, or the commit is not here (see `fetch_commit`).
    """
    repository = Repository.find(start)
    if settings_at is None:
        settings = load_settings(repository.root, KINDS)
    else:
        settings = _settings_at(repository, settings_at)
    require_backend(settings.backend, settings.origin("backend"))
    if settings.forge not in FORGES:
        raise InputError(
            "unknown-forge",
            f"there is no forge {settings.forge}",
            place=settings.origin("forge"),
            fix=f"known forges: {', '.join(FORGES)}",
        )
    return Workspace(repository, settings, read_prices(settings))


def _settings_at(repository: Repository, revision: str) -> Settings:
    commit = repository.commit(revision)
    if commit is None:
        raise InputError(
            "unknown-commits",
            f"{printable(revision)[:100]} names no commit that is known here",
            fix="fetch it first (in a workflow: fetch-depth: 0)",
        )
    short = commit[:12]

    def read(name: str) -> bytes | None:
        content = repository.show(commit, name)
        if content is None and repository.mode(commit, name) is not None:
            place = f"{name} at {short}"
            raise InputError("bad-settings", "it is no regular file", place=place, fix="commit it as a file")
        return content

    return settings_of(read, KINDS, short)
