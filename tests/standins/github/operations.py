"""The register of what the API answers: each operation with the permission that it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.standins.github.commit_shapes import CommitShapes
from tests.standins.github.identity import Identity
from tests.standins.github.refusals import Refusal, no_permission, not_found
from tests.standins.github.repository import Repository
from tests.standins.github.state import Pull
from tests.standins.github.world import World

FOR_WRITERS = frozenset({"actions", "checks", "contents", "statuses"})


@dataclass
class Call:
    """One request, understood."""

    world: World
    repository: Repository
    """Requests that are for none get the first one there is."""
    who: Identity
    parameters: dict[str, str]
    query: dict[str, str]
    body: Any

    @property
    def commits(self) -> CommitShapes:
        """How the repository's commits are shown."""
        return self.world.commits(self.repository)

    @property
    def pull(self) -> Pull:
        """The pull request that is meant, also where it is called an issue."""
        number = self.parameters.get("pull_number") or self.parameters["issue_number"]
        found = self.repository.pulls.get(int(number)) if number.isdecimal() else None
        if found is None:
            raise not_found()
        return found


@dataclass(frozen=True)
class Answer:
    """What an operation answers. Lists are cut into pages."""

    status: int
    value: Any = None
    listed: str = ""
    """The property that holds the list to cut, where it is inside of an object."""


Implementation = Callable[[Call], Answer]


@dataclass(frozen=True)
class Known:
    """An operation that the stand-in answers."""

    run: Implementation
    needs: tuple[str, ...]
    """Permissions of which a token needs one, such as `contents:write`; none for all callers."""
    role: str
    """What a person must be in the repository at least."""

    def check(self, call: Call) -> None:
        """Refuse a caller that may not do this."""
        if not self.needs:
            return
        if not any(call.who.grants(need) for need in self.needs):
            raise no_permission(call.who.kind)
        if call.who.kind == "user" and not call.repository.has_role(call.who, self.role):
            raise Refusal(403, "Must have push access to the repository")

    @property
    def accepted(self) -> str:
        """GitHub's header that tells the permissions."""
        return "; ".join(need.replace("-", "_").replace(":", "=") for need in self.needs)


KNOWN: dict[str, Known] = {}


def operation(name: str, *needs: str, role: str = "") -> Callable[[Implementation], Implementation]:
    """Register an implementation. People need to be writers or triagers to write, unless told otherwise."""

    def register(run: Implementation) -> Implementation:
        KNOWN[name] = Known(run, needs, role or usual_role(needs))
        return run

    return register


def usual_role(needs: tuple[str, ...]) -> str:
    """What a person must be at least who does this."""
    writes = [need.partition(":")[0] for need in needs if need.endswith(":write")]
    if not writes:
        return "read"
    return "write" if FOR_WRITERS.intersection(writes) else "triage"
