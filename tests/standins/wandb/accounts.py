"""Who may ask, and whose projects they may write to."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from tests.standins.wandb.refusals import PERMISSION, Refusal, denied, not_found


@dataclass(frozen=True)
class Person:
    """A user of W&B; also an entity of that name."""

    username: str
    key: str
    teams: tuple[str, ...] = ()

    @property
    def entities(self) -> tuple[str, ...]:
        """Where this person may read and write."""
        return (self.username, *self.teams)


class Accounts:
    """All people and entities."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}

    def add(self, username: str, teams: tuple[str, ...]) -> Person:
        """A person, with a key of W&B's usual 40 characters."""
        key = hashlib.sha1(f"key of {username}".encode()).hexdigest()
        self._people[key] = Person(username, key, teams)
        return self._people[key]

    def of_request(self, authorization: str) -> Person:
        """Whose key came with a request. Raises Refusal where there is none, or a wrong one."""
        try:
            user, _, key = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user = key = ""
        if user != "api" or key not in self._people:
            raise Refusal(401, "user is not logged in", PERMISSION)
        return self._people[key]

    def exists(self, entity: str) -> bool:
        """Whether there is a user or team of that name."""
        return any(entity in person.entities for person in self._people.values())

    def entity(self, person: Person, name: str | None, operation: str) -> str:
        """Where a person wants to write; their own entity where they name none."""
        if not name:
            return person.username
        if not self.exists(name):
            raise not_found(f"entity {name}", operation)
        if name not in person.entities:
            raise denied()
        return name
