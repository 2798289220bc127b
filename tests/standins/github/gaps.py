"""Where GitHub accepts or answers what its description does not say. Each entry has its reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Gap:
    """One thing that is right although the description does not say so."""

    operation: str
    reason: str
    allows: Callable[[Any], bool]
    """Whether a request's body is such a thing."""


def bare_names(body: Any) -> bool:
    """A list of names of labels, not in an object."""
    return isinstance(body, list) and all(isinstance(each, str) for each in body)


SPEC_GAPS = (
    Gap(
        "issues/add-labels",
        "Its text says that a bare array is accepted, its schema does not; PyGithub sends one.",
        bare_names,
    ),
    Gap("issues/set-labels", "As for issues/add-labels.", bare_names),
)

OLD_PATHS = (
    # PyGithub asks for a commit's statuses by a path that GitHub answers and no longer describes.
    ("GET", re.compile(r"(/repos/[^/]+/[^/]+)/statuses/([^/]+)"), r"\1/commits/\2/statuses"),
)

UNLISTED_ERRORS = frozenset({401, 403, 404, 405, 409, 422})
"""Errors that GitHub answers to any operation; its description lists them for some only."""


def described_path(method: str, path: str) -> str:
    """The path that the description has for a request."""
    for old_method, pattern, new in OLD_PATHS:
        if method == old_method and pattern.fullmatch(path):
            return pattern.sub(new, path)
    return path


def accepted(operation: str, body: Any) -> bool:
    """Whether a body is one of the gaps."""
    return any(gap.operation == operation and gap.allows(body) for gap in SPEC_GAPS)
