"""Findings for people: the place, the line with a caret, the fix."""

from __future__ import annotations

import re

import click

from runner.lint.validate import Checked
from runner.manifest.finding import Finding
from runner.manifest.secrets import mask
from runner.wording import printable

COLOURS = {"error": "red", "warning": "yellow", "note": "blue"}
WIDEST = 120
# Where YAML, too, begins a new line.
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


def render(checked: Checked) -> str:
    """Every finding with its line, then a summary."""
    lines: dict[str, list[str]] = {}
    parts = []
    for finding in checked.findings:
        if finding.file not in lines:
            lines[finding.file] = _BREAK.split(checked.sources.get(finding.file, ""))
        parts.append(_finding(finding, lines[finding.file]))
    return "\n".join([*parts, summary(checked)])


def summary(checked: Checked) -> str:
    """One line: how many findings in how many files."""
    counts = [
        _counted(count, severity)
        for severity in ("error", "warning", "note")
        if (count := checked.count(severity))
    ]
    if not counts:
        return f"{_counted(checked.files, 'file')} checked, nothing found"
    affected = len({finding.file for finding in checked.findings})
    return f"{', '.join(counts)} in {affected} of {_counted(checked.files, 'file')}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _finding(finding: Finding, lines: list[str]) -> str:
    label = click.style(f"{finding.severity}[{finding.rule}]", fg=COLOURS[finding.severity], bold=True)
    parts = [f"{click.style(finding.place(), bold=True)}: {label} {finding.message}"]
    if 0 < finding.line <= len(lines) and lines[finding.line - 1].strip():
        parts += _excerpt(finding, lines[finding.line - 1])
    if finding.fix:
        parts.append(f"  {click.style('fix:', fg='green')} {finding.fix}")
    return "\n".join([*parts, ""])


def _excerpt(finding: Finding, line: str) -> list[str]:
    """The line and a caret under the column; nothing of a line that holds a secret."""
    if finding.rule == "secret-in-manifest" or mask(line) != line:
        return []
    start = max(0, finding.column - WIDEST // 2) if len(line) > WIDEST else 0
    shown = printable(line[start : start + WIDEST].expandtabs(1))
    number = str(finding.line)
    return [f"  {number} | {shown}", f"  {' ' * len(number)} | {' ' * (finding.column - 1 - start)}^"]
