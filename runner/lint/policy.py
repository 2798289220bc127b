"""What a rule says of something that the repository's policy does not list."""

from __future__ import annotations

from collections.abc import Sequence

from runner.lint.rule import Problem, Subject
from runner.manifest.finding import Path
from runner.wording import printable

MOST_LISTED = 8


def forbidden(subject: Subject, setting: str, path: Path, name: str) -> Problem:
    """The problem with `name` at `path`, which `policy.<setting>` does not list."""
    allowed = _listed(getattr(subject.settings.policy, setting))
    origin = subject.settings.origin(f"policy.{setting}")
    message = f"{origin} allows only {allowed}, not {name}"
    return Problem(path, message, "use one of these, or ask for a change of the policy")


def _listed(allowed: Sequence[str]) -> str:
    """`a, b and 3 more`, or `none at all`."""
    if not allowed:
        return "none at all"
    more = f" and {len(allowed) - MOST_LISTED} more" if len(allowed) > MOST_LISTED else ""
    return ", ".join(map(printable, allowed[:MOST_LISTED])) + more
