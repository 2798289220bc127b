"""Whether calls are right: the leaderboard's check of abstract syntax trees, written from its rules.

Its verdicts are the same as those of `bfcl_eval.eval_checker.ast_eval.ast_checker`.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from workloads.textgames.envs.bfcl import declared
from workloads.textgames.envs.bfcl.calls import Call
from workloads.textgames.envs.bfcl.rows import Answer, Function, Language, Row
from workloads.textgames.envs.tags import echo

Kind = Literal[
    "wrong_count", "wrong_function", "missing_argument", "unknown_argument", "wrong_type", "wrong_value",
    "no_match",
]  # fmt: skip


_SENTENCES: Final[dict[Kind, str]] = {
    "wrong_count": "The number of calls is not the one that it takes.",
    "wrong_function": "Another function than {!r} is to be called.",
    "missing_argument": "The argument {!r} is missing.",
    "unknown_argument": "The argument {!r} has no place in the call.",
    "wrong_type": "The argument {!r} is of another type.",
    "wrong_value": "The argument {!r} has another value.",
    "no_match": "No call of {!r} is as one of those that it takes.",
}


class Mistake(NamedTuple):
    """What is wrong with calls, and the name of the function or argument that it is wrong with, if one."""

    kind: Kind
    name: str = ""

    @property
    def told(self) -> str:
        """A sentence for whoever made the calls."""
        return _SENTENCES[self.kind].format(echo(self.name))


def mistake_in(calls: list[Call], row: Row) -> Mistake | None:
    """The first mistake in calls, which name functions as the row does; None where they are right."""
    if len(calls) != len(row.answers):
        return Mistake("wrong_count")
    if "parallel" in row.category:
        return _unordered(calls, row)
    return _in_call(calls[0], row.answers[0], row.function(row.answers[0].name), row.language)


def _unordered(calls: list[Call], row: Row) -> Mistake | None:
    """Each answer takes the first call left that is right for it.

    Where two answers overlap this may find fewer pairs than there are; the leaderboard does the same.
    """
    left = list(calls)
    for answer in row.answers:
        function = row.function(answer.name)
        right = (n for n, call in enumerate(left) if _in_call(call, answer, function, row.language) is None)
        found = next(right, None)
        if found is None:
            return Mistake("no_match", answer.name)
        del left[found]
    return None


def _in_call(call: Call, answer: Answer, function: Function, language: Language) -> Mistake | None:
    """Arguments that the function declares but the answer does not are as unknown as others."""
    if call.name != function.name:
        return Mistake("wrong_function", call.name)
    for name in function.parameters.required:
        if name not in call.arguments:
            return Mistake("missing_argument", name)
    for name, value in call.arguments.items():
        schema, allowed = function.parameters.properties.get(name), answer.arguments.get(name)
        if schema is None or allowed is None:
            return Mistake("unknown_argument", name)
        wrong = declared.mistake_in(value, schema, allowed, language)
        if wrong is not None:
            return Mistake(wrong, name)
    for name, allowed in answer.arguments.items():
        if name not in call.arguments and "" not in allowed:
            return Mistake("missing_argument", name)
    return None
