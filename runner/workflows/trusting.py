"""The workspace of a workflow: what is checked out, under settings that were reviewed."""

from __future__ import annotations

import re
from pathlib import Path

from runner.errors import InputError
from runner.pipeline.workspace import Workspace, open_workspace
from runner.repository.access import fetch_commit
from runner.repository.git import Repository
from runner.wording import printable
from runner.workflows.event import Event


def default_branch(event: Event) -> str:
    """The default branch, as GitHub says; empty where it does not."""
    return event.text("repository", "default_branch")


def web_address(event: Event) -> str:
    """The page of the repository, as GitHub says; empty where it does not."""
    address = event.text("repository", "html_url")
    return address.rstrip("/") if re.fullmatch(r"https?://[A-Za-z0-9._:/-]+", address) else ""


def open_trusted(folder: Path, event: Event) -> Workspace:
    """The workspace of the checkout. On another branch than the default one, the settings of that one hold.

    Raises InputError where there is no usable repository or settings, ProviderError where the default
    branch cannot be fetched.
    """
    default = default_branch(event)
    if not default or event.ref == f"refs/heads/{default}":
        return open_workspace(folder)
    base = fetch_commit(Repository.find(folder), f"refs/heads/{default}")
    return open_workspace(folder, settings_at=base)


def require_default(event: Event) -> None:
    """Raises InputError where another branch than the default one is checked out: services stand for that."""
    default = default_branch(event)
    if default and event.ref != f"refs/heads/{default}":
        raise InputError(
            "not-the-default-branch",
            f"services are deployed from {printable(default)}, and this is {printable(event.ref)[:100]}",
            fix=f"merge it into {printable(default)}",
        )
