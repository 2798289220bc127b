"""What is laid over a manifest as it was written: variables, overrides, and the files that it includes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from runner.manifest.common import Job
from runner.manifest.document import Document
from runner.manifest.included import Files, files_below, include, still_included
from runner.manifest.overrides import apply, split

if TYPE_CHECKING:
    from pathlib import Path


def laid_over(
    document: Document,
    kinds: Mapping[str, type[Job]],
    kind: str,
    overrides: Sequence[str],
    files: Files | Path | str | None,
    environment: Mapping[str, str],
) -> tuple[Document, dict[str, Any], tuple[str, ...]]:
    """The manifest with its included files, its data, and every override that was applied.

    A variable fills a field that nothing else fills, and counts as an override. An override may name a
    file to include, and the next one a field in that file. Raises ManifestError.
    """
    job_type = kinds[kind]
    reader = files if files is None or callable(files) else files_below(files)
    every = (*_from_environment(document.value, job_type, overrides, environment), *overrides)
    data = deepcopy(document.value) if every else document.value
    for number in range(len(every) + 1):
        if number:
            document = still_included(document, split(every[number - 1])[0])
            data = apply(data, every[number - 1 : number], kinds, kind)
        if reader is not None and job_type.inlined:
            document, data = include(document, data, job_type, reader, every[:number])
    return document, data, every


def _from_environment(
    data: Mapping[str, Any], job_type: type[Job], overrides: Sequence[str], environment: Mapping[str, str]
) -> list[str]:
    """An override for every field that neither the manifest nor an override fills, and a variable does."""
    spec = data.get("spec")
    if not isinstance(spec, dict):
        return []
    filled = {f"spec.{field}" for field in spec} | {override.partition("=")[0] for override in overrides}
    return [
        f"spec.{field}={environment[variable]}"
        for field, variable in job_type.environment.items()
        if environment.get(variable) and f"spec.{field}" not in filled
    ]
