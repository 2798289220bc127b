"""Users and entities, as GraphQL shows them."""

from __future__ import annotations

from typing import Any

from tests.standins.wandb.accounts import Person
from tests.standins.wandb.graphql.connections import connection
from tests.standins.wandb.graphql.executing import Node
from tests.standins.wandb.state import node_id


def user(person: Person) -> Node:
    """A person."""
    return Node(
        "User",
        {
            "id": node_id("User", person.username),
            "name": person.username,
            "username": person.username,
            "email": f"{person.username}@example.org",
            "entity": person.username,
            "flags": "{}",
            "admin": False,
            "deletedAt": None,
            "apiKeys": connection("ApiKey", [], user),
            "teams": connection("Entity", person.entities, entity),
        },
    )


def entity(name: str) -> Node:
    """A user or team that owns projects."""
    organization: dict[str, Any] = {"name": name, "coreWeaveOrganizationId": None, "orgEntity": None}
    return Node(
        "Entity",
        {
            "id": node_id("Entity", name),
            "name": name,
            "xxhashDigestsEnabled": False,
            "organization": Node("Organization", organization),
        },
    )
