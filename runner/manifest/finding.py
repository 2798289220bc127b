"""What a check found: where, what is wrong, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

from runner.errors import InputError

Severity = Literal["error", "warning", "note"]
Path = tuple[str | int, ...]


def path_text(path: Path) -> str:
    """A path as it is written, such as `spec.gates[0].min`; empty for the root."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


class Position(NamedTuple):
    """A place in a file, both counted from 1; columns in characters."""

    line: int
    column: int


class Finding(Struct, frozen=True):
    """One finding. `line` and `column` count from 1 and are 0 where no line is meant.

    `rule` is the code of a refusal or the id of a lint rule; `runner explain` knows them all.
    """

    file: str
    line: int
    column: int
    rule: str
    severity: Severity
    message: str
    fix: str = ""

    def place(self) -> str:
        """`file:line:column`, or the file alone."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class ManifestError(InputError):
    """A manifest that cannot be used; `findings` holds every reason, the first one is the message.

    `sources` are the texts of the files that they point into, by name.
    """

    def __init__(self, findings: Sequence[Finding], sources: Mapping[str, str] | None = None) -> None:
        first = findings[0]
        super().__init__(first.rule, first.message, place=first.place(), fix=first.fix)
        self.findings = tuple(findings)
        self.sources = dict(sources or {})


def refusal(
    file: str, position: Position, code: str, message: str, fix: str, source: str = ""
) -> ManifestError:
    """The error with one finding at `position`."""
    return ManifestError([Finding(file, *position, code, "error", message, fix)], {file: source})
