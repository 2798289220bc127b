"""How the API shows accounts and repositories."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.standins.github.identity import ROLES, account_number
from tests.standins.github.repository import Repository

Shape = dict[str, Any]


def url(base: str, repository: Repository, tail: str = "") -> str:
    """An address in the API."""
    return f"{base}/repos/{repository.name}{tail}"


def page(base: str, repository: Repository, tail: str = "") -> str:
    """An address for people."""
    return f"{base}/{repository.name}{tail}"


def account(base: str, login: str) -> Shape:
    """A person or a bot."""
    bot = login.endswith("[bot]")
    return {
        "login": login,
        "id": account_number(login),
        "node_id": f"U_{account_number(login)}",
        "type": "Bot" if bot else "User",
        "url": f"{base}/users/{quote(login)}",
        "html_url": f"{base}/{'apps/' + login.removesuffix('[bot]') if bot else login}",
    }


def repository_shape(base: str, repository: Repository) -> Shape:
    """A repository."""
    return {
        "id": repository.id,
        "node_id": f"R_{repository.id}",
        "name": repository.short_name,
        "full_name": repository.name,
        "owner": account(base, repository.owner),
        "private": repository.private,
        "fork": bool(repository.parent),
        "url": url(base, repository),
        "html_url": page(base, repository),
        "clone_url": page(base, repository, ".git"),
        "default_branch": repository.default_branch,
        "visibility": "private" if repository.private else "public",
    }


def permissions_shape(role: str) -> Shape:
    """What a role may do."""
    level = ROLES.index(role)
    names = {"pull": "read", "triage": "triage", "push": "write", "maintain": "maintain", "admin": "admin"}
    return {name: level >= ROLES.index(least) for name, least in names.items()}
