"""Environments by name: `wordle`, `vf-wordle` and `vf_wordle` are the same."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from inspect import signature
from typing import Any, Final

from workloads.textgames.envs.base import ArgumentError, Environment, GameError

NAMES: Final = ("bfcl", "gsm8k", "key_door", "tic_tac_toe", "wordle")
ALIASES: Final = {"bfcl_single_turn": "bfcl", "tool_test": "bfcl"}


def canonical(name: str) -> str:
    """The one name of an environment. Raises GameError for one that is not known."""
    plain = name.strip().lower().replace("-", "_").removeprefix("vf_")
    found = ALIASES.get(plain, plain)
    if found not in NAMES:
        near = difflib.get_close_matches(found, NAMES, 1)
        hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(NAMES)}"
        raise GameError(f"there is no environment {name!r}; {hint}")
    return found


def make(name: str, arguments: dict[str, Any]) -> Environment:
    """An environment, made with its arguments. Raises GameError for a wrong one."""
    found = canonical(name)
    kind = _class(found)
    known = [each.name for each in signature(kind).parameters.values() if each.kind is each.KEYWORD_ONLY]
    listed = f"its arguments are {', '.join(known)}" if known else "it takes none"
    unknown = next((each for each in arguments if each not in known), None)
    if unknown is not None:
        raise GameError(f"{found} has no argument {unknown!r}; {listed}")
    try:
        return kind(**arguments)
    except ArgumentError as error:
        raise GameError(f"{found}: {error}; {listed}") from None


def _class(name: str) -> Callable[..., Environment]:
    """Imports one environment, and no other: each has its own data."""
    if name == "bfcl":
        from workloads.textgames.envs.bfcl.environment import Bfcl

        return Bfcl
    if name == "gsm8k":
        from workloads.textgames.envs.gsm8k import Gsm8k

        return Gsm8k
    if name == "key_door":
        from workloads.textgames.envs.key_door import KeyDoor

        return KeyDoor
    if name == "tic_tac_toe":
        from workloads.textgames.envs.tic_tac_toe import TicTacToe

        return TicTacToe
    from workloads.textgames.envs.wordle.environment import Wordle

    return Wordle
