"""What a check of a pull request found, as the file that is handed from one workflow to another.

The workflow that checks runs the pull request's own code and has no rights; the one that comments has
rights and believes nothing. So every text and list is bounded, nothing is Markdown, and the reader
takes a plain file of exactly these types.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from runner.errors import InputError
from runner.results.markdown import one_line

FILE: Final = "check.json"
MOST_BYTES: Final = 8 * 2**20
MOST_MANIFESTS: Final = 1_000
MOST_LINES: Final = 20
MOST_CHARACTERS: Final = 500

Line = Annotated[str, Meta(max_length=MOST_CHARACTERS)]
Lines = Annotated[tuple[Line, ...], Meta(max_length=MOST_LINES + 1)]
Commit = Annotated[str, Meta(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$(?!\n)")]
Count = Annotated[int, Meta(ge=0, le=10**9)]
Dollars = Annotated[float, Meta(ge=0, le=1e12)]
Change = Literal["added", "changed", "renamed", "removed"]


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that a check found; `line` and `column` are 0 where no line is meant.

    `file` is empty where it is the file that was checked.
    """

    line: Count
    column: Count
    rule: Line
    severity: Literal["error", "warning", "note"]
    message: Line
    fix: Line = ""
    file: Line = ""


class StagePlan(Struct, frozen=True, forbid_unknown_fields=True):
    """A stage: how many tasks, what each needs, and the most that all may cost in US dollars."""

    name: Line
    tasks: Count
    needs: Line
    usd: Dollars


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    """What it will probably cost in US dollars, from so many earlier runs."""

    usd: Dollars
    runs: Count
    low: Dollars | None = None
    high: Dollars | None = None


class Upkeep(Struct, frozen=True, forbid_unknown_fields=True):
    """What a service costs in US dollars: an hour of one container, a day that nobody calls."""

    hour: Dollars
    idle_day: Dollars


class JobPlan(Struct, frozen=True, forbid_unknown_fields=True):
    """What a job would run; `usd` is the most it may cost, `approvals` say why a person must agree first.

    With an `upkeep` it is a service, which has no end: then `usd` is of one day, and the tasks of its stage
    are the most containers.
    """

    kind: Line
    usd: Dollars
    stages: Annotated[tuple[StagePlan, ...], Meta(max_length=MOST_LINES)] = ()
    expected: Expected | None = None
    source: Line = ""
    schedule: Line = ""
    notes: Lines = ()
    lands: Lines = ()
    gates: Lines = ()
    secrets: Lines = ()
    volumes: Lines = ()
    approvals: Lines = ()
    upkeep: Upkeep | None = None


class ManifestCheck(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One manifest that the pull request adds, changes, renames (from `before`) or removes.

    `plan` is None where there is nothing to run, or errors stand in the way. `changes` are sentences
    on what differs from the base's plan. `leaves` is a service that no manifest asks for any more.
    """

    file: Line
    change: Change
    before: Line = ""
    job: Line = ""
    plan: JobPlan | None = None
    changes: Lines = ()
    faults: Annotated[tuple[Fault, ...], Meta(max_length=MOST_LINES)] = ()
    leaves: Line = ""

    @property
    def failed(self) -> bool:
        """Whether it must be corrected."""
        return any(fault.severity == "error" for fault in self.faults)


class Check(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole check of the commit `head`, proposed by a pull request, against the commit `base`.

    `dated` is the day of the prices. `settings` is the file with the settings, where the pull request
    changes them, and `settings_faults` what is wrong with what it makes of them.
    """

    version: Literal[1] = 1
    pull_request: Annotated[int, Meta(ge=1, le=2**53)]
    head: Commit
    base: Commit
    dated: Line = ""
    manifests: Annotated[tuple[ManifestCheck, ...], Meta(max_length=MOST_MANIFESTS)] = ()
    settings: Line = ""
    settings_faults: Annotated[tuple[Fault, ...], Meta(max_length=MOST_LINES)] = ()

    @property
    def failed(self) -> bool:
        """Whether something must be corrected."""
        return bool(self.settings_faults) or any(manifest.failed for manifest in self.manifests)


def line(text: str) -> str:
    """A text as the file takes it."""
    return one_line(text, MOST_CHARACTERS)


def lines(texts: Iterable[str]) -> tuple[str, ...]:
    """Texts as the file takes them: the first ones, and how many more there are."""
    every = list(texts)
    more = len(every) - MOST_LINES
    return (*map(line, every[:MOST_LINES]), *([f"and {more} more"] if more > 0 else []))


def write_check(folder: Path, check: Check) -> None:
    """Writes the file, with fewer details of the last manifests where it would be too long."""
    detailed = len(check.manifests)
    data = msgspec.json.encode(check)
    while len(data) > MOST_BYTES and detailed:
        detailed //= 2
        data = msgspec.json.encode(_shortened(check, detailed))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_bytes(data)


def _shortened(check: Check, detailed: int) -> Check:
    short = [
        replace(
            manifest,
            plan=manifest.plan
            and JobPlan(manifest.plan.kind, manifest.plan.usd, upkeep=manifest.plan.upkeep),
            changes=(),
            faults=manifest.faults[:1],
        )
        for manifest in check.manifests[detailed:]
    ]
    return replace(check, manifests=(*check.manifests[:detailed], *short))


def read_check(folder: Path) -> Check:
    """The file in a folder, where anything may lie. Raises InputError."""
    path = folder / FILE
    try:
        return msgspec.json.decode(_bytes(path), type=Check)
    except FileNotFoundError:
        raise InputError("no-check", "there is no check.json", place=str(folder)) from None
    except OSError as error:
        raise _broken(path, f"it cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _broken(path, "it is not what a check writes") from None


def _bytes(path: Path) -> bytes:
    """The content of a plain file of a bounded size; a link is not followed, nor a pipe waited for."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _broken(path, "it is no plain file")
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise _broken(path, f"it is larger than {MOST_BYTES >> 20} MiB")
    return data


def _broken(path: Path, why: str) -> InputError:
    return InputError("bad-check", why, place=str(path), fix="run the check again")
