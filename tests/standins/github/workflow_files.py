"""Workflow files: who may change them, and what they say of `workflow_dispatch`."""

from __future__ import annotations

from typing import Any

import yaml

from tests.standins.github.commits import read_commit
from tests.standins.github.git import ABSENT
from tests.standins.github.identity import Identity
from tests.standins.github.references import read_references
from tests.standins.github.refusals import Refusal
from tests.standins.github.repository import Repository
from tests.standins.github.trees import look_up, walk_tree

FOLDER = ".github/workflows"


def workflow_files(repository: Repository, commit: str) -> frozenset[tuple[str, str]]:
    """Paths and blobs of a commit's workflow files."""
    found = read_commit(repository.git, commit)
    folder = look_up(repository.git, found.tree, FOLDER) if found else None
    if folder is None:
        return frozenset()
    return frozenset((path, entry.name) for path, entry in walk_tree(repository.git, folder.name))


def new_workflow_file(repository: Repository, commit: str) -> str:
    """A workflow file of a commit that no branch has like this; empty where there is none."""
    brought = workflow_files(repository, commit)
    if brought:
        for ref, tip in read_references(repository.git).items():
            if ref.startswith("refs/heads/"):
                brought -= workflow_files(repository, tip)
    return min((f"{FOLDER}/{path}" for path, _ in brought), default="")


def check_workflow_files(repository: Repository, who: Identity, commit: str) -> None:
    """Refuse a token without the permission `workflows` that brings new workflow files."""
    if commit == ABSENT or who.grants("workflows:write"):
        return
    if path := new_workflow_file(repository, commit):
        kind = "a Personal Access Token" if who.kind == "user" else "a GitHub App"
        raise Refusal(
            403,
            f"refusing to allow {kind} to create or update workflow `{path}` without `workflows` permission",
        )


def triggers(repository: Repository, commit: str, name: str) -> dict[str, Any] | None:
    """What a workflow file says under `on`; None where there is no such file."""
    found = read_commit(repository.git, commit)
    entry = look_up(repository.git, found.tree, f"{FOLDER}/{name}") if found else None
    content = repository.git.read(entry.name) if entry else None
    if content is None:
        return None
    document = yaml.safe_load(content[1]) or {}
    told = document.get("on", document.get(True, {}))  # YAML 1.1 reads the key `on` as true
    if isinstance(told, str):
        told = [told]
    return told if isinstance(told, dict) else dict.fromkeys(told)
