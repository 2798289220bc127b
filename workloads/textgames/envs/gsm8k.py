"""Grade school mathematics: a word problem, and a number as its answer.

GSM8K, Cobbe et al. 2021 (arXiv:2110.14168), MIT licence: 7,473 problems for training and 1,319 for tests,
fetched from the hub when an environment is made.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from msgspec import Struct, ValidationError, json

from workloads.textgames.envs.arguments import choice
from workloads.textgames.envs.base import ArgumentError, GameError, Step
from workloads.textgames.envs.hub_file import fetch

REPOSITORY: Final = "openai/gsm8k"
REVISION: Final = "740312add88f781978c0658806c59bc2815b9866"

SYSTEM: Final = (
    "Solve the problem step by step. End your reply with a line that has nothing but the answer, as a number "
    "in digits without its unit, in this form: #### 42"
)

_REVISION: Final = re.compile(r"[\w./-]{1,100}", re.ASCII)
_MARKS: Final = (
    re.compile(r"####([^\n]*)"),
    re.compile(r"\\boxed\{([^{}]*)\}"),
    re.compile(r"<answer>([^<]*)"),
)
_DROPPED: Final = re.compile(r"[,$*\\]")
_NUMBER: Final = re.compile(r"\s*([-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))[^0-9]*", re.DOTALL)


class Problem(NamedTuple):
    """A question and the number that answers it."""

    question: str
    answer: Decimal


class Gsm8k:
    """One problem and one reply. The reward is 1 if the reply's last number is the answer, and otherwise 0.

    `split` is `train` or `test`; `revision` a commit, tag or branch of the data set; `path` a file with an
    object of `question` and `answer` on each line, in place of the hub and of all its splits. Seed n takes
    the n-th problem, from the first again after the last.
    """

    system_prompt = SYSTEM
    max_turns = 1

    def __init__(self, *, split: str = "train", revision: str = REVISION, path: str | None = None) -> None:
        choice("split", split, ("train", "test"))
        if not isinstance(revision, str) or not _REVISION.fullmatch(revision):
            raise ArgumentError("revision must be a commit, a tag or a branch")
        if path is not None and not isinstance(path, str):
            raise ArgumentError("path must be the path of a file")
        self._problems = _local(path) if path is not None else _of_the_hub(split, revision)
        self.tools: list[dict[str, Any]] = []

    def reset(self, seed: int) -> str:
        """Takes the problem of the seed and returns its question."""
        self._row = seed % len(self._problems)
        self._end: Step | None = None
        return self._problems[self._row].question

    def step(self, text: str) -> Step:
        """Checks the reply. A second one changes nothing."""
        if self._end is not None:
            return self._end._replace(reward=0.0)
        given, wanted = number_in(text), self._problems[self._row].answer
        if given is None:
            told, error = "The reply does not end with #### and a number.", "no_answer"
        elif given != wanted:
            told, error = "The answer is wrong.", "wrong_answer"
        else:
            told, error = "The answer is right.", None
        info = {"row": self._row, "answer": str(wanted), "error": error, "success": error is None}
        self._end = Step(told, float(error is None), True, info)
        return self._end


def number_in(reply: str) -> Decimal | None:
    r"""The number after the last `####`, in the last `\boxed{…}` or `<answer>`, whichever comes last.

    Currency signs, commas and a unit after the number are left out; two numbers are none. What comes before
    `</think>` does not count.
    """
    said = reply.rpartition("</think>")[2]
    marked = [match for mark in _MARKS for match in mark.finditer(said)]
    if not marked:
        return None
    last = max(marked, key=lambda match: match.start())
    found = _NUMBER.fullmatch(_DROPPED.sub("", last[1]))
    return Decimal(found[1]) if found else None


class _Line(Struct):
    question: str
    answer: str


@cache
def _local(path: str) -> list[Problem]:
    file = Path(path).expanduser()
    try:
        lines = json.Decoder(_Line).decode_lines(file.read_bytes())
    except OSError as error:
        raise GameError(f"{path} cannot be read: {error.strerror}; give `path` a file of problems") from None
    except (ValidationError, ValueError) as error:
        raise GameError(
            f"{path} needs an object with `question` and `answer` on each line: {error}"
        ) from None
    return _problems(path, [(line.question, line.answer) for line in lines])


@cache
def _of_the_hub(split: str, revision: str) -> list[Problem]:
    name = f"main/{split}-00000-of-00001.parquet"
    file = fetch(REPOSITORY, name, revision)
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.read_table(file, columns=["question", "answer"]).to_pydict()
        pairs = [(str(question), str(answer)) for question, answer in zip(*table.values(), strict=True)]
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise GameError(f"{name} of {REPOSITORY} cannot be read: {error}; remove {file}") from None
    return _problems(f"{REPOSITORY} ({split})", pairs)


def _problems(source: str, pairs: list[tuple[str, str]]) -> list[Problem]:
    if not pairs:
        raise GameError(f"{source} has no problems")
    problems = []
    for place, (question, answer) in enumerate(pairs, start=1):
        found = number_in(answer)
        if found is None:
            raise GameError(f"the answer of problem {place} in {source} does not end with #### and a number")
        problems.append(Problem(question, found))
    return problems
