"""Checks many files: finds them, loads them, lints them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from runner.errors import InputError
from runner.lint import check
from runner.manifest.common import Job
from runner.manifest.document import display_name, read
from runner.manifest.finding import Finding, ManifestError, Severity
from runner.manifest.load import load_document
from runner.settings import Settings

SUFFIXES = (".yaml", ".yml")
MARKS = (".git", "runner.toml")


class Checked(Struct, frozen=True):
    """What came of a validation; `sources` holds the text of the files with findings."""

    files: int
    findings: list[Finding]
    sources: dict[str, str]

    def count(self, severity: Severity) -> int:
        """How many findings there are of one severity."""
        return sum(finding.severity == severity for finding in self.findings)

    def failed(self, *, strict: bool = False) -> bool:
        """Whether anything stands in the way; with `strict` a warning does, too."""
        return bool(self.count("error") or (strict and self.count("warning")))


def validate(
    paths: Iterable[str], kinds: Mapping[str, type[Job]], settings: Settings, root: str | None
) -> Checked:
    """Checks every file. Nothing that a file holds raises."""
    findings: list[Finding] = []
    sources: dict[str, str] = {}
    names: dict[str, str] = {}
    files = 0
    for path in paths:
        files += 1
        found, texts = _check_file(path, kinds, settings, root, names)
        findings += found
        sources |= texts
    return Checked(files, findings, sources)


def _check_file(
    path: str, kinds: Mapping[str, type[Job]], settings: Settings, root: str | None, names: dict[str, str]
) -> tuple[list[Finding], dict[str, str]]:
    """The findings of one file, and the texts that they point into, by the names of their files."""
    try:
        document = read(path, root)
        loaded = load_document(document, kinds, files=root)
    except ManifestError as error:
        return list(error.findings), error.sources
    except InputError as error:
        return [Finding(error.place, 0, 0, error.code, "error", error.message, error.fix)], {}
    findings = check(loaded, settings, root, names)
    names.setdefault(loaded.job.metadata.name, document.name)
    return findings, loaded.document.texts() if findings else {}


def find_manifests(paths: Sequence[str], root: str | None) -> list[str]:
    """The files that `paths` name, folders walked; every manifest under `jobs/` where there are none.

    Raises InputError when that comes to nothing.
    """
    if not paths:
        folder = os.path.join(root or ".", "jobs")  # noqa: PTH118
        found = list(_walk(folder))
        if not found:
            place = display_name(folder, os.getcwd())  # noqa: PTH109
            raise InputError(
                "no-manifests",
                "there are no manifests here",
                place=place,
                fix="name files, or write one: runner init Command my-job",
            )
        return found
    found = []
    for path in paths:
        inside = list(_walk(path)) if os.path.isdir(path) else [path]  # noqa: PTH112
        if not inside:
            raise InputError(
                "no-manifests",
                "there are no manifests in this folder",
                place=path,
                fix="manifests end in .yaml or .yml",
            )
        found += inside
    return list(dict.fromkeys(found))


def find_root(start: str) -> str | None:
    """The repository around a folder or file: where `.git` or `runner.toml` is."""
    folder = os.path.abspath(start)  # noqa: PTH100
    while True:
        if any(os.path.exists(f"{folder}/{mark}") for mark in MARKS):  # noqa: PTH110
            return folder
        parent = os.path.dirname(folder)  # noqa: PTH120
        if parent == folder:
            return None
        folder = parent


def _walk(folder: str) -> Iterator[str]:
    """Every YAML file below a folder in a stable order; hidden folders are left out."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.endswith(SUFFIXES):
                yield os.path.join(place, name)  # noqa: PTH118
