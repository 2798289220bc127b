"""All operations that are implemented, in one register."""

from __future__ import annotations

from tests.standins.github.operations import KNOWN, Known
from tests.standins.github.rest import (
    accounts,
    comments,
    commits,
    dispatches,
    environments,
    git_data,
    issues,
    merges,
    pulls,
    refs,
    statuses,
)

PARTS = (
    accounts,
    comments,
    commits,
    dispatches,
    environments,
    git_data,
    issues,
    merges,
    pulls,
    refs,
    statuses,
)
"""Importing them registers what they answer."""


def known() -> dict[str, Known]:
    """Operations by the names that GitHub's description gives them."""
    return KNOWN
