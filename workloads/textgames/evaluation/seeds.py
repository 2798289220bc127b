"""Which episodes are played: the same for all players, and others than those of training."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from msgspec.structs import replace

from workloads.textgames.settings import Environment

HELD_OUT: Final[dict[str, dict[str, Any]]] = {"bfcl": {"split": "test"}, "gsm8k": {"split": "test"}}
"""Arguments of environments that ask questions from data: with them, none that training asks without."""

_FIRST: Final = 1 << 30
_LAST: Final = (1 << 31) - (1 << 24)


def first_seed(seed: int) -> int:
    """The seed of the first episode, from that of the program; the others follow it one by one.

    At least 2^30, since training takes its seeds from below, and all below 2^31, which every endpoint
    takes for a seed.
    """
    digest = hashlib.sha256(f"evaluation {seed}".encode()).digest()
    return _FIRST + int.from_bytes(digest[:8], "big") % (_LAST - _FIRST)


def held_out(environment: Environment) -> Environment:
    """An environment with the questions that are kept for tests, unless its arguments say which to ask."""
    arguments = {**HELD_OUT.get(environment.name, {}), **environment.arguments}
    return replace(environment, arguments=arguments)
