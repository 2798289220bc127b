"""The command that launched a run, for whoever is to give it again."""

from __future__ import annotations

import shlex

from runner.ledger import Entry


def repeat(entry: Entry, *, anew: bool = False) -> str:
    """What to type to bring the launch of this run to its end, or `anew` to launch the same once more."""
    words = ["runner", "launch", entry.manifest_path, "--backend", entry.backend]
    for override in entry.overrides:
        words += ["--set", override]
    for task in entry.only:
        words += ["--only", task]
    if not entry.deploy:
        words.append("--no-deploy")
    if not entry.publish:
        words.append("--no-publish")
    if entry.request and not anew:
        words += ["--request", entry.request]
    if anew or "-" in entry.key:
        words.append("--again")
    return shlex.join(words)
