"""What is wrong with a manifest that the types refused: every reason, in words, with its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import Any

import msgspec

from runner.manifest.common import Job
from runner.manifest.document import Document
from runner.manifest.finding import Finding, ManifestError, Path
from runner.manifest.load import Kinds
from runner.manifest.problems import Problem, problems
from runner.manifest.schema import kind_schema
from runner.wording import printable

MOST_FINDINGS = 100
# Looked at before they are put in order and cut: to word and to place each takes a while.
MOST_PROBLEMS = 300


def second_look(
    document: Document,
    data: dict[str, Any],
    kinds: Kinds,
    kind: str,
    overrides: Sequence[str],
) -> Job:
    """The job after all, where only whole numbers were written as `1.0` or `5e2`.

    `data` then holds them as integers. Raises ManifestError otherwise.
    """
    every = problems(data, kind_schema(kinds[kind], kind), document.written)
    found = list(islice(every, MOST_PROBLEMS))
    if found:
        raise ManifestError(_findings(document, found, overrides), document.texts())
    while True:
        try:
            return msgspec.convert(data, kinds[kind])
        except (msgspec.ValidationError, TypeError) as error:
            if not _whole_number(data, str(error)):
                found = [Problem(_path(str(error)), "wrong-value", _refused(str(error)), "")]
                raise ManifestError(_findings(document, found, overrides), document.texts()) from None


def _findings(document: Document, found: Sequence[Problem], overrides: Sequence[str]) -> list[Finding]:
    """The problems where they stand: in the file, or in the override that brought them in."""
    from runner.manifest.overrides import cause

    findings: dict[tuple[object, ...], Finding] = {}
    for problem in found:
        text = cause(problem.path, overrides, document.included)
        holder, path = document.at(problem.path, key=problem.on_key)
        line, column = holder.place(path, key=problem.on_key) if text is None else (0, 0)
        file = holder.name if text is None else f"--set {printable(text.partition('=')[0])}"
        finding = Finding(file, line, column, problem.code, "error", problem.message, problem.fix)
        findings.setdefault((file, line, column, problem.message), finding)
    return sorted(findings.values(), key=lambda finding: (finding.line, finding.column))[:MOST_FINDINGS]


def _path(message: str) -> Path:
    """The path at the end of a message of msgspec, such as `$.spec.gates[0].min`."""
    written = message.rpartition("`$")[2].rstrip("`") if "`$" in message else ""
    return tuple(
        int(index) if index else name for name, index in re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", written)
    )


def _refused(message: str) -> str:
    return printable(message.partition(" - at `")[0].replace("`", ""))


def _whole_number(data: Any, message: str) -> bool:
    """Turn the float that `message` complains of into the integer that it equals, if it does."""
    path = _path(message)
    if not path:
        return False
    for step in path[:-1]:
        data = data[step]
    value = data[path[-1]]
    if not isinstance(value, float) or not value.is_integer():
        return False
    data[path[-1]] = int(value)
    return True
