"""Outputs → what each deployed file was, is, and how it lands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from runner.engine.layout import RunLayout
from runner.manifest.units import size_in_bytes
from runner.pipeline.workspace import Workspace
from runner.plan.model import DeployedFile, Plan
from runner.repository.lfs import Pointer, describe
from runner.results.held import Held, at
from runner.results.left import left_behind
from runner.results.model import WeightChange, WeightFile
from runner.results.weights import compare


def weight_files(
    workspace: Workspace, base: str, plan: Plan, outputs: Mapping[str, Path], layout: RunLayout
) -> tuple[tuple[WeightFile, ...], list[str]]:
    """The files that a run deploys, against those at the commit `base`, and a sentence for each missing.

    `outputs` are the folders of the tasks that succeeded. Raises ProviderError.
    """
    files, missing = [], []
    left = left_behind(layout)
    for deployed in plan.deploy:
        if deployed.task not in outputs:
            continue
        path = outputs[deployed.task] / deployed.path
        stayed = left.get(path.relative_to(layout.directory).as_posix())
        if path.is_file():
            files.append(_weight_file(workspace, base, deployed, describe(path), path))
        elif stayed:
            files.append(_weight_file(workspace, base, deployed, Pointer(stayed.sha256, stayed.bytes), None))
        else:
            missing.append(f"{deployed.task} wrote no {deployed.path}: {deployed.to} stays as it was")
    return tuple(files), missing


def _weight_file(
    workspace: Workspace, base: str, deployed: DeployedFile, made: Pointer, path: Path | None
) -> WeightFile:
    """A file that was made, and lies at `path`, or at the provider for None: too large to come home."""
    limits = workspace.settings.limits
    too_large = path is None or made.size > size_in_bytes(limits.file_size)
    previous = at(workspace.repository, base, deployed.to)
    return WeightFile(
        path=deployed.to,
        task=deployed.task,
        sha256=made.sha256,
        bytes=made.size,
        previous_sha256="" if previous is None else previous.sha256,
        changes=() if path is None or too_large else _changes(previous, path, deployed.to),
        pointer=too_large and limits.large_files == "pointer",
        lfs=too_large and limits.large_files == "lfs",
    )


def _changes(previous: Held | None, path: Path, name: str) -> tuple[WeightChange, ...]:
    if previous is None:
        return compare(None, path.read_bytes(), name)
    return compare(previous.head(name), path.read_bytes(), name) if previous.is_here else ()
