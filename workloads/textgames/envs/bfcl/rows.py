"""Rows of the leaderboard's data: a question, the functions that may be called, and the answers allowed."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeVar

from msgspec import Struct, ValidationError, json

from workloads.textgames.envs.base import GameError

Language = Literal["python", "java", "javascript"]
Split = Literal["train", "test", "all"]

PYTHON: Final = (
    "simple_python", "multiple", "parallel", "parallel_multiple",
    "live_simple", "live_multiple", "live_parallel", "live_parallel_multiple",
)  # fmt: skip
CATEGORIES: Final = (*PYTHON, "simple_java", "simple_javascript")
"""The categories that have answers; those of irrelevant functions and of many turns have none."""

_TESTED: Final = 0.2

S = TypeVar("S", bound="Struct")


class Parameters(Struct, frozen=True):
    """What a function takes: a schema by name, in the leaderboard's types, and which must be there."""

    properties: dict[str, dict[str, Any]]
    required: list[str]


class Function(Struct, frozen=True):
    """A function that may be called."""

    name: str
    description: str
    parameters: Parameters


class Answer(NamedTuple):
    """A call that is right: for each argument the values allowed, among them `""` if it may be left out."""

    name: str
    arguments: dict[str, list[Any]]


class Row(NamedTuple):
    """One question. `instruction` is what the row itself says as system; mostly it is empty."""

    id: str
    category: str
    instruction: str
    question: str
    functions: list[Function]
    answers: list[Answer]

    @property
    def language(self) -> Language:
        """The language of the functions, in whose literals arguments are given."""
        found: dict[str, Language] = {"simple_java": "java", "simple_javascript": "javascript"}
        return found.get(self.category, "python")

    def function(self, name: str) -> Function:
        """The function of that name. Raises KeyError."""
        return {function.name: function for function in self.functions}[name]

    @property
    def split(self) -> Split:
        """`test` for one row in five, by its name; rows with the same live functions are never parted."""
        family = self.id.split("-")[1] if self.id.count("-") == 2 else self.id
        digest = hashlib.sha256(f"{self.category}/{family}".encode()).digest()
        return "test" if int.from_bytes(digest[:8], "big") < _TESTED * 2**64 else "train"


class _Message(Struct):
    role: str
    content: str


class _Question(Struct):
    id: str
    question: list[list[_Message]]
    function: list[Function]


class _Truth(Struct):
    id: str
    ground_truth: list[dict[str, dict[str, list[Any]]]]


@cache
def load(folder: Path, category: str) -> tuple[Row, ...]:
    """The rows of a category, in the order of its file. Raises GameError.

    `folder` has `BFCL_v4_<category>.json` and, in `possible_answer`, a file of the same name.
    """
    name = f"BFCL_v4_{category}.json"
    questions = _lines(folder / name, _Question)
    truths = {truth.id: truth for truth in _lines(folder / "possible_answer" / name, _Truth)}
    try:
        return tuple(_row(category, question, truths[question.id]) for question in questions)
    except KeyError as error:
        raise GameError(f"{folder / name} and its answers do not fit together, at {error}") from None


def _lines(path: Path, kind: type[S]) -> list[S]:
    try:
        return json.Decoder(kind).decode_lines(path.read_bytes())
    except OSError as error:
        raise GameError(f"{path} cannot be read: {error.strerror}; unpack bfcl-eval there") from None
    except (ValidationError, ValueError) as error:
        raise GameError(f"{path} is not of the leaderboard's version 4: {error}") from None


def _row(category: str, question: _Question, truth: _Truth) -> Row:
    messages = [message for turn in question.question for message in turn]
    answers = [Answer(name, given) for call in truth.ground_truth for name, given in call.items()]
    row = Row(
        question.id,
        category,
        "\n\n".join(message.content for message in messages if message.role == "system"),
        "\n\n".join(message.content for message in messages if message.role == "user"),
        question.function,
        answers,
    )
    for answer in answers:
        row.function(answer.name)
    return row
