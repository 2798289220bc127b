"""What the rules on services look at: the manifest that is trained by, and paths that a request may name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from runner.errors import InputError
from runner.lint.rule import Subject
from runner.manifest.finding import ManifestError, Path

if TYPE_CHECKING:
    from runner.kinds.service.spec import ServiceSpec

JOB: Path = ("spec", "training", "job")


def training_manifest(subject: Subject) -> dict[str, Any]:
    """The manifest that requests for training launch, as plain data, whatever it holds.

    Raises InputError, whose message is the end of a sentence that begins with its path; ManifestError, which
    is one too, where it is no YAML.
    """
    from runner.manifest.document import parse
    from runner.manifest.included import files_below

    assert subject.root is not None
    job: str = subject.spec.training.job
    try:
        value = parse(files_below(os.fspath(subject.root))(job), job).value
    except ManifestError:
        raise InputError("training-manifest", "is no YAML that can be read") from None
    if not isinstance(value, dict) or not isinstance(value.get("spec"), dict):
        raise InputError("training-manifest", "is no manifest")
    return value


def served_paths(spec: ServiceSpec) -> Iterator[tuple[Path, str]]:
    """The folder of models, the model and its adapter, each with its place in the manifest."""
    yield ("spec", "models"), spec.models
    if isinstance(spec.model, str):
        yield ("spec", "model"), spec.model
        return
    yield ("spec", "model", "name"), spec.model.name
    if spec.model.adapter is not None:
        yield ("spec", "model", "adapter"), spec.model.adapter
