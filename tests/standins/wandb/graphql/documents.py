"""What a GraphQL request is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Variable:
    """A value that comes with the request."""

    name: str


@dataclass(frozen=True)
class Field:
    """One field that is asked for."""

    name: str
    alias: str
    """What the answer calls it."""
    arguments: Mapping[str, Any]
    conditions: tuple[tuple[str, Any], ...]
    """`include` and `skip` with their values."""
    selections: tuple[Selection, ...] | None
    """None: a scalar."""


@dataclass(frozen=True)
class Spread:
    """The fields of a fragment, where the object has its type."""

    fragment: str
    conditions: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Inline:
    """Fields that are asked for where the object has a type."""

    type: str | None
    conditions: tuple[tuple[str, Any], ...]
    selections: tuple[Selection, ...]


Selection = Field | Spread | Inline


@dataclass(frozen=True)
class Declared:
    """A variable of an operation."""

    type: str
    required: bool
    default: Any = None
    has_default: bool = False


@dataclass(frozen=True)
class Operation:
    """What is to be done."""

    kind: str
    """`query` or `mutation`."""
    name: str
    variables: Mapping[str, Declared]
    selections: tuple[Selection, ...]


@dataclass
class Document:
    """A whole request."""

    operations: list[Operation] = field(default_factory=list)
    fragments: dict[str, Inline] = field(default_factory=dict)

    def operation(self, name: str | None) -> Operation:
        """The one that is asked for; the only one where no name is given."""
        found = [each for each in self.operations if name in (None, "", each.name)]
        if len(found) != 1:
            raise ValueError(f"{len(found)} operations are named {name!r}")
        return found[0]
