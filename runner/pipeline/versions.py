"""What a service is made from, as one short text: the same manifest and code have the same."""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec
from msgspec.structs import replace

from runner.pipeline.workspace import Workspace
from runner.plan.model import Plan, Stage
from runner.repository.snapshot import listing

DIGITS: Final = 16
UNWATCHED: Final = frozenset({"jobs", "results"})
"""Folders of the repository that no service is made from, unless it watches them."""


def version_of(workspace: Workspace, plan: Plan) -> str:
    """A digest of the plan's service and of the files that it watches, in the tree that the plan pins.

    Files that its image is made from, and the manifest that it may launch, are watched in any case.
    """
    stage = plan.service
    assert stage is not None and stage.endpoint is not None
    repository, tree = workspace.repository, plan.source.tree
    named = _named(stage)
    watched = listing(repository, tree, named) if named else {}
    if not stage.endpoint.watch:
        top = listing(repository, tree)
        watched |= {path: entry for path, entry in top.items() if path not in UNWATCHED}
    budget = plan.manifest.get("spec", {}).get("budget")
    made_from = [replace(stage, notes=()), budget, sorted(watched.items())]
    return hashlib.sha256(msgspec.json.encode(made_from, order="deterministic")).hexdigest()[:DIGITS]


def _named(stage: Stage) -> list[str]:
    """The paths that the manifest names."""
    assert stage.endpoint is not None
    image = stage.image
    named = (*stage.endpoint.watch, stage.endpoint.training, image.requirements, image.dockerfile)
    return [path.strip("/") for path in named if path]
