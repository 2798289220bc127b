"""Lint: what a schema cannot check. One rule per file under `rules/`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING

from runner.lint.rule import Problem, Subject
from runner.lint.rules import RULES, rule
from runner.manifest.finding import Finding

if TYPE_CHECKING:
    from runner.manifest.load import Loaded
    from runner.settings import Settings

__all__ = ["RULES", "Finding", "check"]

MOST_PER_RULE = 100


def check(
    loaded: Loaded,
    settings: Settings,
    repository_root: str | os.PathLike[str] | None = None,
    names: Mapping[str, str] | None = None,
) -> list[Finding]:
    """What the rules find in a manifest, in the order of its lines, and then in files that it includes.

    Of each rule it is a hundred findings at most. Without `repository_root` nothing is looked up on disk.
    `names` are other jobs, with their files.
    """
    document = loaded.document
    subject = Subject(
        loaded.job, document, settings, root=repository_root, names=names, overrides=loaded.overrides
    )
    asleep = subject.parts(loaded.data).isdisjoint
    findings: dict[tuple[str, str, int, int, str], Finding] = {}
    for name, wakes in RULES.items():
        if wakes and asleep(wakes):
            continue
        found = rule(name)
        for problem in islice(found.check(subject), MOST_PER_RULE):
            holder, path = document.at(problem.path)
            line, column = problem.position or holder.place(path)
            message = problem.message
            if loaded.overrides and (text := _overridden(problem, loaded)):
                (line, column), message = (0, 0), f"{message} (from --set {text})"
            finding = Finding(holder.name, line, column, name, found.severity, message, problem.fix)
            findings.setdefault((name, holder.name, line, column, message), finding)
    return sorted(
        findings.values(), key=lambda found: (found.file != document.name, found.line, found.column)
    )


def _overridden(problem: Problem, loaded: Loaded) -> str:
    """The override that brought a problem in, safe to show; empty where it stands in a file."""
    from runner.manifest.overrides import cause, harmless

    text = None if problem.position else cause(problem.path, loaded.overrides, loaded.document.included)
    return "" if text is None else harmless(text)
