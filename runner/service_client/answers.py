"""What a service answers, read without trusting it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TypeVar

import msgspec
from msgspec import Struct

from runner.service_client.errors import FieldProblem, ServiceError
from runner.service_client.retrying import seconds_asked
from runner.wording import printable

Answer = TypeVar("Answer")

LONGEST_TEXT = 500
MOST_FIELDS = 20

_FIXES = {
    401: "check the password and its name",
    403: "ask for a password that may do this",
    404: "check the address, and what the service offers (see /docs there)",
    413: "send less",
    429: "wait, then try again",
    500: "look for it in the service's log",
    503: "try again in a moment; `runner service health` says whether its model is loaded",
    504: "ask for fewer episodes or steps, or raise resources.timeout of its manifest",
}


class _Problem(Struct):
    code: str = ""
    message: str = ""
    fields: list[FieldProblem] | None = None


class _Refusal(Struct):
    error: _Problem


def decoded(body: bytes, kind: type[Answer], place: str, status: int = 200) -> Answer:
    """An answer as its type. Raises ServiceError where it is something else."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, RecursionError) as error:
        what = "no JSON" if _is_garbage(body) else f"something unexpected ({short(str(error))})"
        raise unreadable(f"it answered with {what}", place, status) from None


def refusal(status: int, headers: Mapping[str, str], body: bytes, place: str) -> ServiceError:
    """The error that an answer with a status of 400 and more stands for."""
    try:
        problem = msgspec.json.decode(body, type=_Refusal).error
    except (msgspec.DecodeError, RecursionError):
        problem = _Problem(message=f"it answered with status {status}, and not as a service does")
    fields = [
        FieldProblem(short(each.field), short(each.message)) for each in (problem.fields or [])[:MOST_FIELDS]
    ]
    return ServiceError(
        short(problem.code) or "service-answer",
        status,
        short(problem.message) or f"it answered with status {status}",
        fields,
        place=place,
        fix="" if fields else _FIXES.get(status, ""),
        processed=status >= 500 and status != 503,
        retry_after=seconds_asked(headers.get("retry-after"), time.time()),
    )


def refused_midway(body: bytes, place: str) -> ServiceError:
    """The error in a line of a stream, where that is what it holds."""
    return refusal(200, {}, body, place)


def unreadable(message: str, place: str, status: int = 200) -> ServiceError:
    """The error for an answer that is none."""
    fix = "check that the address is that of a service, and its version with `runner service health`"
    return ServiceError("service-answer", status, message, place=place, fix=fix)


def short(text: str) -> str:
    """Text of a service for a message: one line, without control characters, not too long."""
    line = printable(" ".join(text[: 4 * LONGEST_TEXT].split()))
    return line if len(line) <= LONGEST_TEXT else line[: LONGEST_TEXT - 1] + "…"


def _is_garbage(body: bytes) -> bool:
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return True
    return False
