"""A configuration file → a manifest that validates."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from runner.errors import InputError
from runner.kinds import KINDS
from runner.kinds.grpo.imported import imported
from runner.lint import check
from runner.manifest.common import Job
from runner.manifest.document import display_name, parse, read
from runner.manifest.dump import dump
from runner.manifest.finding import ManifestError
from runner.manifest.load import Loaded, load_document
from runner.pipeline.workspace import Workspace
from runner.plan.cost import allowance
from runner.plan.prices import Prices
from runner.repository.dotenv import dotenv
from runner.wording import printable

VARIABLES: Final = ("EXPERIMENTER", "EXPERIMENT_NAME")


class ImportedManifest(Struct, frozen=True):
    """A manifest and its text, where it belongs, what to know of it, and fields that it has no place for."""

    path: str
    name: str
    manifest: dict[str, Any]
    text: str
    notes: tuple[str, ...]
    left_out: tuple[str, ...]


def import_manifest(
    workspace: Workspace,
    file: Path,
    output: Path | None,
    *,
    name: str | None = None,
    environment: str | None = None,
    steps: int | None = None,
) -> ImportedManifest:
    """The manifest of a configuration file. Nothing is written.

    Its budget is what the plan may cost at most. Raises ManifestError where it would not validate.
    """
    document = read(file)
    found = imported(document, _variables(workspace), name=name, environment=environment, steps=steps)
    named = found.manifest["metadata"]["name"]
    path = display_name(str(output or Path("jobs") / f"{named}.yaml"), None)
    head = _head(document.name, found.left_out)
    loaded = _load(head + dump(found.manifest), path)
    budget = {"budget": {"usd": _bound(loaded.job, workspace.prices)}}
    manifest = {**found.manifest, "spec": {**found.manifest["spec"], **budget}}
    text = head + dump(manifest)
    _require_valid(_load(text, path), workspace)
    return ImportedManifest(path, named, manifest, text, found.notes, found.left_out)


def _variables(workspace: Workspace) -> Mapping[str, str]:
    """Who experiments, and with what: from the environment, or else from `.env`."""
    outside = {name: value for name in VARIABLES if (value := os.environ.get(name))}
    return {**dotenv(workspace.repository), **outside}


def _head(file: str, left_out: tuple[str, ...]) -> str:
    lines = [
        "yaml-language-server: $schema=../schemas/job.schema.json",
        f"Imported from {printable(Path(file).name)}.",
        *(f"Not carried over: {printable(field)}" for field in left_out),
    ]
    return "".join(f"# {line}\n" for line in lines)


def _load(text: str, path: str) -> Loaded:
    return load_document(parse(text, path), {name: kind.job_type for name, kind in KINDS.items()})


def _bound(job: Job, prices: Prices) -> int:
    """What a run may cost at most, in whole US dollars. Raises InputError for a GPU without a price."""
    stages = KINDS["GRPO"].stages(job)
    usd = sum(len(one.tasks) * allowance(one) * prices.rate(one.requirements) for one in stages)
    return math.ceil(usd)


def _require_valid(loaded: Loaded, workspace: Workspace) -> None:
    found = check(loaded, workspace.settings, workspace.repository.root)
    errors = [finding for finding in found if finding.severity == "error"]
    if errors:
        raise ManifestError(errors, loaded.document.texts())


def write_manifest(found: ImportedManifest, *, force: bool) -> None:
    """Writes it where it belongs. Raises InputError where a file is there already, unless `force`."""
    path = Path(found.path)
    if path.exists() and not force:
        raise InputError(
            "file-exists",
            "the file exists already",
            place=found.path,
            fix="choose --name or --output, or --force",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(found.text, encoding="utf-8")
