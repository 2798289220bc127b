"""Where the result of a run is by now: merged, proposed, or on this machine alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from runner.repository.git import Repository
from runner.results.history import RESULTS, Entry
from runner.results.write import RESULT

Where = Literal["merged", "proposed", "local"]

BRANCHES = ("refs/heads/runner/", "refs/remotes/*/runner/")


def whereabouts(repository: Repository, entries: Sequence[Entry]) -> dict[str, Where]:
    """For each run: `merged` where the history of HEAD holds its results, `proposed` where a branch
    `runner/*` does, else `local`.
    """
    merged = _merged(repository)
    proposed = _proposed(repository)
    found: dict[str, Where] = {}
    for entry in entries:
        path = result_path(entry)
        found[entry.report.run] = "merged" if path in merged else "proposed" if path in proposed else "local"
    return found


def result_path(entry: Entry) -> str:
    """Where the repository holds the result of a run, once it is merged."""
    return f"{RESULTS}/{entry.report.job}/{entry.report.run}/{RESULT}"


def _merged(repository: Repository) -> set[str]:
    log = (
        "log",
        "--full-history",
        "--diff-merges=first-parent",
        "--no-renames",
        "--diff-filter=A",
        "--format=",
        "--name-only",
        "-z",
    )
    return _names(repository.git("--literal-pathspecs", *log, "HEAD", "--", RESULTS))


def _proposed(repository: Repository) -> set[str]:
    branches = repository.text("for-each-ref", "--format=%(objectname)", *BRANCHES).split()
    found: set[str] = set()
    for commit in set(branches):
        found |= _names(repository.git("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, RESULTS))
    return found


def _names(listed: bytes) -> set[str]:
    """The paths in a list that git ends with null characters."""
    return set(listed.decode("utf-8", "replace").split("\0"))
