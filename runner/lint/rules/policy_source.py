"""`policy.sources` of the repository's settings lists what a manifest may use, and this is not among it.

The message says in which file and line. The policy is the base's: a pull request cannot widen the
rules by which it is judged. Use what is listed, or ask whoever looks after the settings.
"""

from __future__ import annotations

from collections.abc import Iterable

from runner.lint.policy import forbidden
from runner.lint.rule import Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """A repository that no pattern fits."""
    allowed = subject.settings.policy.sources
    source = subject.spec.source
    if allowed is not None and source is not None and not _fits(source.repository, allowed):
        yield forbidden(subject, "sources", ("spec", "source", "repository"), "this repository")


def _fits(url: str, patterns: Iterable[str]) -> bool:
    """Whether a pattern fits, and nothing in the URL leads out of what it names."""
    from fnmatch import fnmatchcase

    climbs = ".." in url.lower().replace("%2e", ".").replace("\\", "/").split("/")
    return not climbs and any(fnmatchcase(url, pattern) for pattern in patterns)


RULE = Rule(
    severity="error",
    summary="A source that the policy forbids",
    page=__doc__,
    check=check,
    bad="source: {repository: 'https://example.org/other/game.git'}",
    good="source: {repository: 'https://example.org/team/game.git'}",
    settings="[policy]\nsources = ['https://example.org/team/*']\n",
)
