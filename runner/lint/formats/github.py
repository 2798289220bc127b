"""Findings as annotations of GitHub Actions.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from runner.lint.formats.text import summary
from runner.lint.validate import Checked
from runner.manifest.finding import Finding

COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(checked: Checked) -> str:
    """One workflow command per finding, then a summary that is none."""
    return "\n".join([*map(_command, checked.findings), summary(checked)])


def _command(finding: Finding) -> str:
    place = {"line": finding.line, "col": finding.column} if finding.line else {}
    properties = {"file": finding.file, **place, "title": f"{finding.severity}[{finding.rule}]"}
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    message = f"{finding.message}\nfix: {finding.fix}" if finding.fix else finding.message
    return f"::{COMMANDS[finding.severity]} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
