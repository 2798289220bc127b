"""Tokens, who they stand for, and what they may do."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["user", "app", "job"]
PREFIXES: dict[Kind, str] = {"user": "ghp", "app": "ghs", "job": "ghs"}
LIMITS: dict[Kind, int] = {"user": 5000, "app": 5000, "job": 1000}
ACTIONS_BOT = "github-actions[bot]"
ACTIONS_BOT_ID = 41898282
"""GitHub's own number of it; commits of workflows carry it in their address."""

ROLES = ("none", "read", "triage", "write", "maintain", "admin")
LEVELS = ("none", "read", "write")
USUAL = ("actions", "checks", "contents", "issues", "pull-requests", "statuses")
"""Permissions that apps and jobs have here, unless a test says otherwise; `workflows` is none of them."""


@dataclass
class Identity:
    """Whoever makes a request."""

    login: str
    kind: Kind = "user"
    permissions: dict[str, str] | None = None
    """None: all that the person's role in the repository allows."""
    home: str = ""
    """The only repository that an app's or a job's token is for; empty for people."""
    capped: bool = False
    """Write permissions count as read ones, as in workflow runs for forks."""
    used: int = 0
    """Requests made, which the hour's limit counts."""
    limit: int = field(default=5000)
    exhausted_until: float = 0.0
    """Seconds since 1970 at which an exhausted limit is reset."""

    def level(self, permission: str) -> str:
        """What the token may do with a kind of thing: none, read or write."""
        if permission == "metadata":
            return "read"
        told = (self.permissions or {}).get(permission, "none")
        return "read" if self.capped and told == "write" else told

    def grants(self, need: str) -> bool:
        """Whether the token has a permission, such as `contents:write`, whatever its owner's role is."""
        if self.permissions is None and self.kind == "user":
            return not (self.capped and need.endswith(":write"))
        permission, _, level = need.partition(":")
        return LEVELS.index(self.level(permission)) >= LEVELS.index(level)

    @property
    def number(self) -> int:
        """The account's number."""
        return account_number(self.login)

    @property
    def address(self) -> str:
        """The address in commits that GitHub makes for the account."""
        return f"{self.number}+{self.login}@users.noreply.github.com"


def account_number(login: str) -> int:
    """A number that belongs to a login for ever."""
    return (
        ACTIONS_BOT_ID
        if login == ACTIONS_BOT
        else 1000 + int(hashlib.sha1(login.encode()).hexdigest()[:6], 16)
    )


def normal(permissions: Mapping[str, str]) -> dict[str, str]:
    """Permissions by the names that workflow files use."""
    found = {name.replace("_", "-"): level for name, level in permissions.items()}
    for name, level in found.items():
        if level not in LEVELS:
            raise ValueError(f"{name}: {level} is no level; use none, read or write.")
    return found


def make_identity(
    login: str, kind: Kind, permissions: Mapping[str, str] | None, home: str, write: bool
) -> Identity:
    """An identity with the permissions that its kind has by default."""
    given = None if permissions is None else normal(permissions)
    if kind != "user" and given is None:
        given = dict.fromkeys(USUAL, "write")
    return Identity(
        login,
        kind,
        given,
        home="" if kind == "user" else home,
        capped=not write and kind != "user",
        limit=LIMITS[kind],
    )
