"""What the pipeline asks of a provider that keeps services standing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from runner.plan.model import Plan


class Standing(Struct, frozen=True, kw_only=True):
    """A service that stands at the provider.

    `version` says what it was made from: the same manifest and code have the same. `commit` is the one it
    was deployed from. `held` is the version that a person rolled back from; empty where nobody did.
    """

    job: str
    app: str
    url: str
    version: str
    commit: str
    held: str = ""
    containers: int = 0


class Release(Struct, frozen=True, kw_only=True):
    """One deployment of a service, of which the newest may be the one that stands.

    `commit` may be the beginning of one. `deployed` in seconds since the epoch; `by` is who the provider says
    it was.
    """

    version: str
    commit: str
    deployed: float
    by: str = ""


class Host(Protocol):
    """A provider. Each method may raise ProviderError, with the next step; repeating one is safe."""

    def require(self, plan: Plan) -> None:
        """Finds out, with nothing changed, whether the service could stand: access, secrets, limits.

        Raises InputError where the manifest is at fault.
        """
        ...

    def deploy(
        self,
        plan: Plan,
        version: str,
        write_snapshot: Callable[[Path], None],
        write_repository: Callable[[Path], None],
        note: Callable[[str], None],
        held: str = "",
    ) -> Standing:
        """Has the service of the plan stand as `version`; requests go to the former one until it does.

        `write_snapshot` writes the archive of the code to a path, `write_repository` an archive of a
        repository with the plan's one commit, for a service that launches training. Each is called only
        where the provider lacks it.
        """
        ...

    def standing(self) -> list[Standing]:
        """The services of this repository that stand."""
        ...

    def releases(self, job: str) -> list[Release]:
        """The deployments of a service, newest first."""
        ...

    def remove(self, job: str) -> None:
        """Takes the service down, and returns when no container of it runs."""
        ...
