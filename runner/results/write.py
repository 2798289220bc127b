"""The results folder: written whole or not at all, the same bytes for the same result."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from runner.errors import InputError, ProviderError
from runner.results.model import Report

RESULT = "result.json"
SUMMARY = "summary.md"
MANIFEST = "manifest.yaml"
MOST_BYTES = 64 << 20
_DATA_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

_POINTS = re.compile(rb'("(?:points|lines)": )(\[(?:[\s\d.,eE+\-\[\]]|null)*\])')


def write(report: Report, data: Mapping[str, Any], directory: Path, manifest_yaml: str) -> None:
    """Writes `result.json`, `summary.md`, `manifest.yaml`, `charts/` and `data/` into `directory`.

    `data` holds documents by file name: text as it is, anything else as JSON. A folder that is
    there already is replaced. Raises ValueError if the report could not be read back, or a name in
    `data` is not a plain file name; ProviderError if the disk does not take the files.
    """
    files = _files(report, data, manifest_yaml)
    staging = directory.with_name(f".{directory.name}.new")
    retired = directory.with_name(f".{directory.name}.old")
    try:
        _remove(staging)
        for name, content in files.items():
            path = staging / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        _remove(retired)
        if directory.exists():
            directory.rename(retired)
        staging.rename(directory)
        _remove(retired)
    except OSError as error:
        shutil.rmtree(staging, ignore_errors=True)
        raise ProviderError(
            "cannot-write-results",
            f"the results could not be written: {error.strerror}",
            place=os.fspath(directory),
            fix="free some space or fix the folder's permissions, then: runner retry " + report.run,
        ) from None


def read(directory: Path) -> Report:
    """The report in a results folder. Raises InputError when there is none or it cannot be read."""
    path = directory / RESULT
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(
                "unreadable-result", f"it is larger than {MOST_BYTES >> 20} MiB", place=os.fspath(path)
            )
        return msgspec.json.decode(path.read_bytes(), type=Report)
    except FileNotFoundError:
        raise InputError(
            "no-result",
            "there is no result here",
            place=os.fspath(directory),
            fix="list them with: runner results list",
        ) from None
    except (OSError, msgspec.DecodeError, RecursionError) as error:
        raise InputError(
            "unreadable-result",
            f"the result cannot be read: {error}",
            place=os.fspath(path),
            fix="it was made by another version, or damaged; restore it with: git restore " + os.fspath(path),
        ) from None


def _files(report: Report, data: Mapping[str, Any], manifest_yaml: str) -> dict[str, bytes]:
    from runner.results.charts import file_names, render
    from runner.results.summary import summary

    result = to_json(report)
    _require_readable(result, report)
    files = {
        RESULT: result,
        SUMMARY: summary(report).encode(),
        MANIFEST: manifest_yaml.encode(),
    }
    for chart, name in zip(report.charts, file_names(report.charts), strict=True):
        files[f"charts/{name}"] = render(chart).encode()
    for name, document in data.items():
        if not _DATA_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a plain file name")
        files[f"data/{name}"] = document.encode() if isinstance(document, str) else to_json(document)
    return files


def _require_readable(result: bytes, report: Report) -> None:
    try:
        same = msgspec.json.decode(result, type=Report) == report
    except msgspec.DecodeError:
        same = False
    if not same:
        raise ValueError("the report does not read back as it was written; it may hold NaN or infinity")


def to_json(document: Any) -> bytes:
    """Indented JSON with sorted keys (fields of our own types in their order) and a last newline.

    The points or lines of a chart stand on one line: a review need not scroll past each of them.
    """
    text = msgspec.json.format(msgspec.json.encode(document, order="deterministic"), indent=2)
    return _POINTS.sub(lambda found: found[1] + b"".join(found[2].split()), text) + b"\n"


def _remove(path: Path) -> None:
    if path.exists():
        shutil.rmtree(path)
