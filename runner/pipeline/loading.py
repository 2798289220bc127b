"""Manifest → Job."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from runner.errors import InputError
from runner.kinds import KINDS
from runner.lint import check
from runner.manifest.finding import ManifestError
from runner.manifest.load import Loaded, load
from runner.pipeline.workspace import Workspace


def load_job(workspace: Workspace, manifest: str, overrides: Sequence[str]) -> Loaded:
    """The checked manifest: schema, overrides and every lint rule of severity error.

    `manifest` is a path, or the name of a job under `jobs/`. Raises InputError.
    """
    path = find_manifest(workspace.repository.root, manifest)
    loaded = load(
        path, {name: kind.job_type for name, kind in KINDS.items()}, overrides, workspace.repository.root
    )
    errors = [
        finding
        for finding in check(loaded, workspace.settings, workspace.repository.root)
        if finding.severity == "error"
    ]
    if errors:
        raise ManifestError(errors, loaded.document.text)
    return loaded


def find_manifest(root: Path, manifest: str) -> Path:
    """The manifest's file, inside the repository. Raises InputError when there is none."""
    candidates = [
        Path(manifest),
        root / manifest,
        root / "jobs" / f"{manifest}.yaml",
        root / "jobs" / f"{manifest}.yml",
    ]
    path = next((candidate for candidate in candidates if candidate.is_file()), None)
    if path is None:
        raise InputError(
            "manifest-missing",
            f"there is no manifest {manifest}",
            fix="give a path such as jobs/my-job.yaml, or write one with: runner init Command my-job",
        )
    if not path.resolve().is_relative_to(root.resolve()):
        raise InputError(
            "manifest-outside",
            "the manifest lies outside the repository",
            place=str(path),
            fix=f"move it under {root}/jobs, so that what runs is what was reviewed",
        )
    return path
