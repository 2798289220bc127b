"""Findings as annotations of GitHub Actions.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Mapping

from runner.lint.formats.text import summary
from runner.lint.validate import Checked
from runner.manifest.finding import Finding

COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(checked: Checked) -> str:
    """One workflow command per finding, then a summary that is none."""
    return "\n".join([*map(of_finding, checked.findings), summary(checked)])


def of_finding(finding: Finding) -> str:
    """The annotation for one finding, with its fix."""
    place = {"line": finding.line, "col": finding.column}
    shown = {name: str(number) for name, number in place.items() if number}
    properties = {"file": finding.file, **shown, "title": f"{finding.severity}[{finding.rule}]"}
    message = f"{finding.message}\nfix: {finding.fix}" if finding.fix else finding.message
    return annotation(COMMANDS[finding.severity], message, properties)


def annotation(command: str, message: str, properties: Mapping[str, str]) -> str:
    """A workflow command (`error`, `warning` or `notice`) on one line, whatever the message holds."""
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{command}{' ' if listed else ''}{listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
