"""Outputs → what each deployed file was, is, and how it lands."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from runner.engine.layout import RunLayout
from runner.errors import ProviderError
from runner.manifest.units import size_in_bytes
from runner.pipeline.workspace import Workspace
from runner.plan.model import DeployedFile, Plan
from runner.repository.lfs import Pointer, describe
from runner.results.fetching import fetched_to
from runner.results.files import replacing
from runner.results.held import Held, at
from runner.results.left import left_behind
from runner.results.model import Findings, Place, WeightChange, WeightFile
from runner.results.weights import compare


class Made(Struct, frozen=True):
    """Where a run left a file that it deploys, from the run's folder, and which task made it, if one did."""

    task: str
    source: str


def keep(layout: RunLayout, files: Mapping[str, str]) -> None:
    """Writes the files that findings came with, to be deployed. Raises ProviderError."""
    try:
        layout.findings.mkdir(exist_ok=True)
        for name, text in files.items():
            with replacing(layout.findings / name) as file:
                file.write(text.encode())
    except OSError as error:
        raise ProviderError(
            "cannot-write-results",
            f"the results could not be written: {error.strerror}",
            place=os.fspath(layout.findings),
            fix="free some space or fix the folder's permissions, then: runner retry " + layout.run,
        ) from None


def weight_files(
    workspace: Workspace,
    base: str,
    plan: Plan,
    outputs: Mapping[str, Path],
    layout: RunLayout,
    findings: Findings,
) -> tuple[tuple[WeightFile, ...], list[str]]:
    """The files that a run deploys, against those at the commit `base`, and a sentence for each missing.

    `outputs` are the folders of the tasks that succeeded. Raises ProviderError.
    """
    files, missing = [], []
    left = left_behind(layout)
    known = set(plan.tasks())
    for deployed in plan.deploy:
        made = _made(deployed, outputs, layout, findings)
        if made is None:
            if deployed.task not in known:
                missing.append(f"there is no {_wanted(deployed)}: {deployed.to} stays as it was")
            continue
        path, stayed = layout.directory / made.source, left.get(made.source)
        places = _places(findings.places.get(f"{made.task}:{deployed.path}", ()), deployed.to)
        if path.is_file():
            weight = _weight_file(workspace, base, deployed, made, describe(path), path)
            files.append(replace(weight, places=places))
        elif stayed:
            pointer = Pointer(stayed.sha256, stayed.bytes)
            weight = _weight_file(workspace, base, deployed, made, pointer, None)
            files.append(replace(weight, places=places))
        else:
            missing.append(f"{made.task} wrote no {deployed.path}: {deployed.to} stays as it was")
    return tuple(files), missing


def _made(
    deployed: DeployedFile, outputs: Mapping[str, Path], layout: RunLayout, findings: Findings
) -> Made | None:
    """Where a deployed file lies, or should: of a task, of the one that an alias names, or of the findings.

    None where there is no such task, or it did not succeed.
    """
    if not deployed.task:
        path = layout.findings / deployed.path
        return Made("", _below(layout, path)) if deployed.path in findings.files else None
    task = findings.aliases.get(deployed.task, deployed.task)
    return Made(task, _below(layout, outputs[task] / deployed.path)) if task in outputs else None


def _places(places: Iterable[Place], to: str) -> tuple[Place, ...]:
    """The places of a file that lands at `to`."""
    return tuple(replace(place, get=fetched_to(place.get, to)) for place in places)


def _wanted(deployed: DeployedFile) -> str:
    return f"{deployed.path} of the {deployed.task}" if deployed.task else deployed.path


def _below(layout: RunLayout, path: Path) -> str:
    return path.relative_to(layout.directory).as_posix()


def _weight_file(
    workspace: Workspace, base: str, deployed: DeployedFile, made: Made, content: Pointer, path: Path | None
) -> WeightFile:
    """A file that was made, and lies at `path`, or at the provider for None: too large to come home."""
    limits = workspace.settings.limits
    too_large = path is None or content.size > size_in_bytes(limits.file_size)
    previous = at(workspace.repository, base, deployed.to)
    comparable = deployed.weights and not too_large
    return WeightFile(
        path=deployed.to,
        task=made.task,
        sha256=content.sha256,
        bytes=content.size,
        previous_sha256="" if previous is None else previous.sha256,
        changes=_changes(previous, path, deployed.to) if path is not None and comparable else (),
        pointer=too_large and limits.large_files == "pointer",
        lfs=too_large and limits.large_files == "lfs",
        source=made.source,
    )


def _changes(previous: Held | None, path: Path, name: str) -> tuple[WeightChange, ...]:
    if previous is None:
        return compare(None, path.read_bytes(), name)
    return compare(previous.head(name), path.read_bytes(), name) if previous.is_here else ()
