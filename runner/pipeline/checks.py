"""What the doctor says of one thing."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from runner.errors import RunnerError


class Check(Struct, frozen=True, omit_defaults=True):
    """One thing that was looked at, what was found, and what to do where it is not well."""

    name: str
    ok: bool
    detail: str
    fix: str = ""


def look(name: str, question: Callable[[], str]) -> Check:
    """What came of a question."""
    try:
        return Check(name, True, question())
    except RunnerError as error:
        return Check(name, False, str(error), error.fix)
