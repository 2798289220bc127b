"""The variable with the passwords: what its entries say, and which are refused.

Entries are separated by spaces or newlines: `NAME:SCOPE:HASH`, with SCOPE `all` or `inference`; a bare
hash is that of `team`, for all. Hashes are argon2id, as `runner service hash` prints them. Who takes an
entry out and deploys (or starts) the service again has revoked that password; nothing else is kept.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Final, Literal, cast

Scope = Literal["all", "inference"]

_LARGEST: Final = 64 * 1024
_MOST: Final = 32
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HASH: Final = re.compile(
    r"\$argon2id\$v=19\$m=(?P<memory>[1-9][0-9]{0,6}),t=(?P<rounds>[1-9][0-9]?),p=(?P<lanes>[1-9][0-9]?)"
    r"\$(?P<salt>[A-Za-z0-9+/]{22,86})\$(?P<digest>[A-Za-z0-9+/]{43,86})"
)
_MEMORY: Final = range(19 * 1024, 256 * 1024 + 1)
_ROUNDS: Final = range(2, 17)
_LANES: Final = range(1, 17)


class PasswordsError(Exception):
    """The passwords cannot be used: one sentence, which never holds any part of them."""


@dataclass(frozen=True)
class Principal:
    """Whose password it was, and what it opens: `all`, or only `inference`."""

    name: str
    scope: Scope


@dataclass(frozen=True)
class Cost:
    """What one verification takes: memory in KiB, rounds over it, and lanes."""

    memory: int
    rounds: int
    lanes: int


@dataclass(frozen=True)
class Entry:
    """One password: whose it is, its hash, and what verifying it costs."""

    principal: Principal
    hash: str = field(repr=False)
    cost: Cost


def entries(text: str, variable: str = "SERVICE_PASSWORDS") -> tuple[Entry, ...]:
    """The entries of the variable, in its order.

    Raises PasswordsError, which names an entry by its number and never by its content.
    """
    if len(text) > _LARGEST:
        raise PasswordsError(f"{variable} is over {_LARGEST // 1024} KiB")
    parts = text.split()
    if not parts:
        raise PasswordsError(f"{variable} is empty; `runner service hash` makes an entry for it")
    if len(parts) > _MOST:
        raise PasswordsError(f"{variable} has {len(parts)} entries, and {_MOST} are the most")
    found: list[Entry] = []
    for number, part in enumerate(parts, 1):
        place = f"entry {number} of {variable}"
        entry = _entry(part, place)
        if any(entry.principal.name == other.principal.name for other in found):
            raise PasswordsError(f"{place} has the name of an earlier one; a name has one password")
        found.append(entry)
    return tuple(found)


def _entry(part: str, place: str) -> Entry:
    if part.startswith("$"):
        return Entry(Principal("team", "all"), part, _cost(part, place))
    name, scope, text = [*part.split(":", 2), "", ""][:3]
    if not text:
        raise PasswordsError(f"{place} is not NAME:SCOPE:HASH; `runner service hash` prints one")
    if not _NAME.fullmatch(name):
        raise PasswordsError(
            f"{place} has a name that is not 1 to 64 letters, digits, dots, dashes or underscores"
        )
    if scope not in ("all", "inference"):
        raise PasswordsError(f"{place} has a scope that is neither all nor inference")
    return Entry(Principal(name, cast(Scope, scope)), text, _cost(text, place))


def _cost(text: str, place: str) -> Cost:
    match = _HASH.fullmatch(text)
    if match is None or not (_canonical(match["salt"]) and _canonical(match["digest"])):
        raise PasswordsError(
            f"{place} has no argon2id hash in its usual form; `runner service hash` makes one"
        )
    cost = Cost(int(match["memory"]), int(match["rounds"]), int(match["lanes"]))
    if cost.memory < _MEMORY.start or cost.rounds < _ROUNDS.start:
        raise PasswordsError(
            f"{place} has a weak hash: at least {_MEMORY.start} KiB and {_ROUNDS.start} rounds are needed; "
            "`runner service hash` makes a strong one"
        )
    if cost.memory not in _MEMORY or cost.rounds not in _ROUNDS or cost.lanes not in _LANES:
        raise PasswordsError(
            f"{place} has a hash that is too expensive to verify: at most {_MEMORY[-1]} KiB, "
            f"{_ROUNDS[-1]} rounds and {_LANES[-1]} lanes"
        )
    return cost


def _canonical(text: str) -> bool:
    """Whether this is how base64 writes some bytes; argon2 takes no other spelling."""
    padded = text + "=" * (-len(text) % 4)
    try:
        return base64.b64encode(base64.b64decode(padded, validate=True)).decode() == padded
    except binascii.Error:
        return False
