"""What the shell offers after <TAB>. Nothing in here may fail or write: it only finds nothing."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.shell_completion import CompletionItem


def jobs(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of the jobs under `jobs/`, and files."""
    root = _root()
    names = [] if root is None else sorted(path.stem for path in (root / "jobs").glob("*.y*ml"))
    found = [CompletionItem(name) for name in names if name.startswith(incomplete)]
    return found or [CompletionItem(incomplete, type="file")]


def runs(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids of this machine's runs, newest first, and `latest`."""
    from runner.engine.record import list_runs

    root = _root()
    known = [] if root is None else list_runs(root / ".runner")
    return [CompletionItem(run) for run in ["latest", *reversed(known)] if run.startswith(incomplete)]


def tasks(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids of the tasks of the run that stands before."""
    from runner.engine.record import find_run, read_plan
    from runner.errors import RunnerError

    root = _root()
    if root is None:
        return []
    try:
        plan = read_plan(find_run(root / ".runner", context.params.get("run") or "latest"))
    except RunnerError:
        return []
    return [CompletionItem(task) for task in plan.tasks() if task.startswith(incomplete)]


def kinds(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The kinds of job."""
    from runner.kinds import KINDS

    return [CompletionItem(kind) for kind in KINDS if kind.lower().startswith(incomplete.lower())]


def rules(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The lint rules."""
    from runner.lint import RULES

    return [CompletionItem(rule) for rule in RULES if rule.startswith(incomplete)]


def _root() -> Path | None:
    from runner.lint.validate import find_root

    root = find_root(os.curdir)
    return None if root is None else Path(root)
