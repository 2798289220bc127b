"""Calls of functions, one question at a time: the reply's calls are right, or they are not."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from workloads.textgames.envs.arguments import choice
from workloads.textgames.envs.base import ArgumentError, Step
from workloads.textgames.envs.bfcl import calls, checker, data, tools
from workloads.textgames.envs.bfcl.rows import CATEGORIES, PYTHON, Row, load

SYSTEM: Final = (
    "You are given a question and functions that can be called. Reply with every call that it takes to "
    "answer the question, all in one reply, and with nothing else. Unless you are told of another form, "
    'write each call as <tool_call>{"name": "the function", "arguments": {"an argument": "its value"}}'
    "</tool_call>."
)
CALLED: Final = 0.1
NAMED: Final = 0.2
"""With `shaping`: for a wrong reply that has calls, and on top of it if they are of the right functions."""


class Bfcl:
    """One question of the Berkeley Function Calling Leaderboard, version 4, and one reply.

    `categories` are those with answers; the Python ones, if none are given. `split` is `train`, `test` (one
    row in five) or `all`. The reward is 1 for right calls and otherwise 0; with `shaping`, 0.1 for a wrong
    reply that has calls, and 0.3 if they are of the right functions. `data` is a folder with the package
    unpacked. The rows stand in an order that does not change, and seed n takes the n-th, from the first again
    after the last. For six rows no call is right by the leaderboard's own rules; they stay, so that scores
    compare.
    """

    max_turns = 1

    def __init__(
        self,
        *,
        categories: Sequence[str] | str = PYTHON,
        split: str = "train",
        shaping: bool = False,
        data: str | None = None,
    ) -> None:
        self._rows = _pool(
            _folder(data), _names(categories), choice("split", split, ("train", "test", "all"))
        )
        if not isinstance(shaping, bool):
            raise ArgumentError("shaping must be true or false")
        self._shaping = shaping

    @property
    def system_prompt(self) -> str:
        """What to do, and what the row itself says as system."""
        return "\n\n".join(part for part in (SYSTEM, self._row.instruction) if part)

    @property
    def tools(self) -> list[dict[str, Any]]:
        """The functions of the row."""
        return tools.offered(self._row)

    def reset(self, seed: int) -> str:
        """Takes the row of the seed and returns its question."""
        self._row = self._rows[seed % len(self._rows)]
        self._end: Step | None = None
        return self._row.question

    def step(self, text: str) -> Step:
        """Checks the reply. A second one changes nothing."""
        if self._end is not None:
            return self._end._replace(reward=0.0)
        try:
            made = tools.named_as_declared(calls.read(text), self._row)
        except calls.Unreadable as error:
            self._end = self._ended(str(error), 0.0, "unreadable")
            return self._end
        mistake = checker.mistake_in(made, self._row)
        if mistake is None:
            self._end = self._ended("The calls are right.", 1.0, None)
        else:
            self._end = self._ended(mistake.told, self._consolation(made), mistake.kind)
        return self._end

    def _consolation(self, made: list[calls.Call]) -> float:
        if not self._shaping:
            return 0.0
        named = Counter(call.name for call in made) == Counter(answer.name for answer in self._row.answers)
        return CALLED + (NAMED if named else 0.0)

    def _ended(self, told: str, reward: float, error: str | None) -> Step:
        info = {"category": self._row.category, "row": self._row.id, "error": error, "success": error is None}
        return Step(told, reward, True, info)


def _folder(given: object) -> Path:
    if given is not None and not isinstance(given, str):
        raise ArgumentError("data must be the path of a folder")
    return data.folder(given)


def _names(given: object) -> tuple[str, ...]:
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, Sequence) or not names:
        raise ArgumentError(f"categories must be a list of {', '.join(CATEGORIES)}")
    return tuple(dict.fromkeys(choice("categories", name, CATEGORIES) for name in names))


@cache
def _pool(folder: Path, categories: tuple[str, ...], split: str) -> list[Row]:
    """The rows of a split, mixed: in the order of the hashes of their names."""
    rows = [row for name in categories for row in load(folder, name) if split in ("all", row.split)]
    if not rows:
        raise ArgumentError(f"no row of {', '.join(categories)} is in the split {split}")
    return sorted(rows, key=lambda row: hashlib.sha256(row.id.encode()).digest())
