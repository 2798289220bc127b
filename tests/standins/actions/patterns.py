"""The patterns of `branches`, `tags` and `paths` filters, by GitHub's documented rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

SPECIAL = re.compile(r"(\*\*/|\*\*|\*|\?|\+|\[[^\]]*\]|\\.)")
MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "?", "+": "+"}


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern as a regular expression for whole names.

    `*` stops at slashes and `**` does not; `?` and `+` repeat the character before them; `\\` escapes.
    """
    parts = []
    for part in SPECIAL.split(pattern):
        if part in MEANING:
            parts.append(MEANING[part])
        elif part.startswith("[") and part.endswith("]"):
            parts.append(part)
        elif part.startswith("\\"):
            parts.append(re.escape(part[1:]))
        else:
            parts.append(re.escape(part))
    return re.compile("".join(parts), re.DOTALL)


def chosen(name: str, patterns: Sequence[str]) -> bool:
    """Whether the last pattern that matches the name takes it in; one with `!` takes it out."""
    verdict = False
    for pattern in patterns:
        if compiled(pattern.removeprefix("!")).fullmatch(name):
            verdict = not pattern.startswith("!")
    return verdict


def any_chosen(names: Iterable[str], patterns: Sequence[str]) -> bool:
    """Whether a filter that includes lets one of the names in."""
    return any(chosen(name, patterns) for name in names)


def all_ignored(names: Iterable[str], patterns: Sequence[str]) -> bool:
    """Whether an `-ignore` filter covers every name."""
    return all(chosen(name, patterns) for name in names)
