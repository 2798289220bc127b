"""Findings for programs."""

from __future__ import annotations

import msgspec

from runner.lint.validate import Checked


def render(checked: Checked) -> str:
    """One JSON object with counts and findings."""
    document = {
        "files": checked.files,
        "errors": checked.count("error"),
        "warnings": checked.count("warning"),
        "notes": checked.count("note"),
        "findings": checked.findings,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
