"""Manifest → Job."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from runner.errors import InputError
from runner.kinds import KINDS
from runner.lint import check
from runner.lint.validate import find_manifests
from runner.manifest.finding import ManifestError
from runner.manifest.load import Loaded, load
from runner.pipeline.workspace import Workspace
from runner.wording import nearest, printable

MOST_SHOWN: Final = 200


def load_job(workspace: Workspace, manifest: str, overrides: Sequence[str]) -> Loaded:
    """The checked manifest: schema, overrides, the environment and every lint rule of severity error.

    `manifest` is a path, or the name of a job under `jobs/`. Raises InputError.
    """
    path = find_manifest(workspace.repository.root, manifest)
    kinds = {name: kind.job_type for name, kind in KINDS.items()}
    loaded = load(path, kinds, overrides, workspace.repository.root, os.environ)
    errors = [
        finding
        for finding in check(loaded, workspace.settings, workspace.repository.root)
        if finding.severity == "error"
    ]
    if errors:
        raise ManifestError(errors, loaded.document.texts())
    return loaded


def find_manifest(root: Path, manifest: str) -> Path:
    """The manifest's file, inside the repository. Raises InputError when there is none."""
    candidates = [
        Path(manifest),
        root / manifest,
        root / "jobs" / f"{manifest}.yaml",
        root / "jobs" / f"{manifest}.yml",
    ]
    existing = [candidate for candidate in candidates if _is_file(candidate)]
    for path in existing:
        if path.resolve().is_relative_to(root.resolve()):
            return path
    if existing:
        raise InputError(
            "manifest-outside",
            "the manifest lies outside the repository",
            place=str(existing[0]),
            fix=f"move it under {root}/jobs, so that what runs is what was reviewed",
        )
    near = nearest(manifest, _known_jobs(root))
    written = "give a path such as jobs/my-job.yaml, or write one with: runner init Command my-job"
    raise InputError(
        "manifest-missing",
        f"there is no manifest {printable(manifest)[:MOST_SHOWN]}",
        fix=f"did you mean {near}?" if near else written,
    )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _known_jobs(root: Path) -> list[str]:
    """The names that `find_manifest` takes, and the paths of all manifests under `jobs/`."""
    try:
        paths = [Path(path) for path in find_manifests((), str(root))]
    except InputError:
        return []
    return [
        *(path.stem for path in paths if path.parent.name == "jobs"),
        *(str(path.relative_to(root)) for path in paths),
    ]
