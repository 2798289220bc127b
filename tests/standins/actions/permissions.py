"""What a job's GITHUB_TOKEN may do, by GitHub's documented rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.standins.actions.mistakes import Mistake

LEVELS = ("none", "read", "write")
SCOPES = (
    "actions",
    "attestations",
    "checks",
    "contents",
    "deployments",
    "discussions",
    "id-token",
    "issues",
    "models",
    "packages",
    "pages",
    "pull-requests",
    "security-events",
    "statuses",
)
Permissions = Mapping[str, str]
RESTRICTED: Permissions = {"contents": "read", "packages": "read"}
"""What a token may when nothing is declared, with the repository's setting "read repository contents"."""


def declared(place: str, said: Any) -> Permissions:
    """What a `permissions` block gives; what it does not name is none."""
    if said in ("read-all", "write-all"):
        return dict.fromkeys(SCOPES, said.removesuffix("-all"))
    if not isinstance(said, Mapping):
        raise Mistake(place, f"permissions are a mapping, read-all or write-all, not {said!r}")
    for scope, level in said.items():
        if scope not in SCOPES or level not in LEVELS:
            raise Mistake(place, f"there is no permission {scope}: {level}")
    return {str(scope): str(level) for scope, level in said.items() if level != "none"}


def of_job(
    place: str,
    document: Mapping[str, Any],
    job: Mapping[str, Any],
    given: Permissions,
    within: Permissions | None,
) -> Permissions:
    """A job's permissions: its own block, else the workflow's, else what is given.

    `within` are those of the job that calls this workflow; one that asks for more does not start on GitHub.
    """
    for said in (job.get("permissions"), document.get("permissions")):
        if said is not None:
            asked = declared(place, said)
            break
    else:
        return given
    for scope, level in asked.items():
        allowed = (within or {}).get(scope, "none")
        if within is not None and LEVELS.index(level) > LEVELS.index(allowed):
            raise Mistake(
                place, f"requests {scope}: {level}, but the calling job only allows {scope}: {allowed}"
            )
    return asked


def for_fork(permissions: Permissions) -> Permissions:
    """The same, read-only: nothing else is given to a pull request from a fork."""
    return {scope: "read" for scope in permissions if scope != "id-token"}
