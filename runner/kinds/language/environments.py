"""The environments by the names that people give them, as `workloads/textgames/envs/registry.py` has them."""

from __future__ import annotations

from typing import Final, Literal

from runner.errors import InputError
from runner.wording import did_you_mean, shown

NAMES: Final = ("bfcl", "gsm8k", "key_door", "tic_tac_toe", "wordle")
ALIASES: Final = {"bfcl_single_turn": "bfcl", "tool_test": "bfcl"}

CALL_TOOLS: Final = frozenset({"bfcl"})
"""Environments whose replies are calls of functions."""

REMEMBER: Final = frozenset({"key_door"})
"""Environments that can write the scratchpad which an ideal player would keep."""

History = Literal["none", "full", "scratchpad", "optimal_scratchpad"]


def canonical(name: str) -> str | None:
    """The one name of an environment, or None: `vf-wordle`, `vf_wordle` and `wordle` are the same."""
    plain = _plain(name)
    found = ALIASES.get(plain, plain)
    return found if found in NAMES else None


def instead(name: str) -> str:
    """The fix for an unknown environment: the nearest name, or all of them."""
    return did_you_mean(_plain(name), {*NAMES, *ALIASES})


def required(name: str, place: str) -> str:
    """The one name of an environment. Raises InputError, about `place`, for one that is not known."""
    found = canonical(name)
    if found is None:
        message = f"there is no environment {shown(name)}"
        raise InputError("unknown-environment", message, place=place, fix=instead(name))
    return found


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_").removeprefix("vf_")
