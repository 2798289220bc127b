"""Which manifests a range of commits changes."""

from __future__ import annotations

import os

from runner.errors import InputError
from runner.repository.git import Repository


def changed_manifests(repository: Repository, commits: str) -> list[str]:
    """The manifests under `jobs/` that differ between the ends of `BASE..HEAD`; not those that are gone.

    Raises InputError when an end is no commit that is known here.
    """
    base, dots, head = commits.partition("..")
    ends = [repository.commit(end) for end in (base, head.lstrip(".") or "HEAD")]
    for name, commit in zip((base, head), ends, strict=True):
        if commit is None or not dots:
            raise InputError(
                "unknown-commits",
                f"{name or commits} names no commit that is known here",
                place="--changed",
                fix="write BASE..HEAD, and fetch both first (in a workflow: fetch-depth: 0)",
            )
    listed = repository.git(
        "diff",
        "--name-only",
        "-z",
        "--no-renames",
        "--diff-filter=AM",
        *[str(end) for end in ends],
        "--",
        "jobs",
    )
    names = (os.fsdecode(name) for name in listed.split(b"\0") if name)
    return sorted(name for name in names if name.endswith((".yaml", ".yml")))
