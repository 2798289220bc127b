"""What a person or a program asks for when a launch is started by hand or over HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from runner.errors import InputError
from runner.wording import did_you_mean, printable, shown

KNOWN: Final = ("job", "overrides", "only", "backend", "dry_run", "no_deploy", "count")
MOST_CHARACTERS: Final = 10_000
MOST_LINES: Final = 100
_COUNT: Final = re.compile(r"[1-9][0-9]{0,5}")
_BOOLEANS: Final = {"": False, "false": False, "true": True}


class Asked(Struct, frozen=True, kw_only=True):
    """One launch that is asked for. `job` is a name or a path; an empty `backend` is the usual one."""

    job: str
    overrides: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    backend: str = ""
    dry_run: bool = False
    deploy: bool = True


def read_inputs(inputs: Mapping[str, str]) -> Asked:
    """The launch that the inputs of a workflow ask for; those that it does not know are not its own.

    Raises InputError with the input, what is wrong with it, and what to write.
    """
    for name in KNOWN:
        if len(inputs.get(name, "")) > MOST_CHARACTERS:
            raise _refused(name, f"it is longer than {MOST_CHARACTERS:,} characters", "write less")
    job = inputs.get("job", "").strip()
    if not job:
        raise _refused("job", "it is missing", "name a job, or the path of its manifest")
    return Asked(
        job=job,
        overrides=(*_overrides(inputs), *_count(inputs)),
        only=_lines(inputs, "only"),
        backend=inputs.get("backend", "").strip(),
        dry_run=_boolean(inputs, "dry_run"),
        deploy=not _boolean(inputs, "no_deploy"),
    )


def require_known(inputs: Mapping[str, str]) -> None:
    """Raises InputError for an input of another name; where GitHub itself does not see to it."""
    for name in inputs:
        if name not in KNOWN:
            raise _refused(name, "there is no such input", did_you_mean(name, KNOWN))


def _overrides(inputs: Mapping[str, str]) -> tuple[str, ...]:
    lines = _lines(inputs, "overrides")
    for line in lines:
        if not re.match(r"[^=\s]+\s*=", line):
            message = f"{shown(line)} is not PATH=VALUE"
            raise _refused("overrides", message, "write one a line, such as spec.seed=7")
    return lines


def _count(inputs: Mapping[str, str]) -> tuple[str, ...]:
    count = inputs.get("count", "").strip()
    if count and not _COUNT.fullmatch(count):
        message = f"{shown(count)} is no whole number from 1 to 999999"
        raise _refused("count", message, "write a number, or nothing")
    return (f"spec.count={count}",) if count else ()


def _boolean(inputs: Mapping[str, str], name: str) -> bool:
    text = inputs.get(name, "").strip().lower()
    if text not in _BOOLEANS:
        raise _refused(name, f"{shown(text)} is neither true nor false", "write true or false")
    return _BOOLEANS[text]


def _lines(inputs: Mapping[str, str], name: str) -> tuple[str, ...]:
    lines = [line.strip() for line in inputs.get(name, "").splitlines()]
    found = tuple(filter(None, lines))
    if len(found) > MOST_LINES:
        raise _refused(name, f"it has more than {MOST_LINES} lines", "put them into the manifest")
    for line in found:
        if not line.isprintable():
            raise _refused(name, f"{shown(line)} holds a control character", "leave it out")
    return found


def _refused(name: str, message: str, fix: str) -> InputError:
    return InputError("bad-input", message, place=f"input {printable(name)[:60]}", fix=fix)
