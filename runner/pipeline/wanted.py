"""The services that the manifests under `jobs/` describe, and those that are known to have stood."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from msgspec import Struct

from runner.errors import InputError, RunnerError
from runner.lint.validate import find_manifests
from runner.manifest.document import display_name, parse
from runner.pipeline.launching import Planned, plan_launch
from runner.pipeline.loading import find_manifest
from runner.pipeline.running import Options
from runner.pipeline.versions import version_of
from runner.pipeline.workspace import Workspace
from runner.repository.files import disk_error, write_if_changed
from runner.repository.snapshot import pin

KIND: Final = "Service"
_KNOWN: Final = "services"
"""A file in the folder `.runner`: a line for each service that stood when somebody last looked from here."""


class Wanted(Struct, frozen=True, kw_only=True):
    """A service that should stand as `version`, or what is wrong with it; then it has no version.

    `manifest` is its path in the repository.
    """

    job: str
    manifest: str
    planned: Planned | RunnerError
    version: str = ""


def service_in(content: bytes) -> str:
    """The name of the service that a manifest asks for; empty where it asks for none, or cannot be read."""
    if KIND.encode() not in content:
        return ""
    try:
        data = parse(content).value
        return str(data["metadata"]["name"]) if data["kind"] == KIND else ""
    except (InputError, LookupError, TypeError):
        return ""


def is_service(root: Path, manifest: str) -> bool:
    """Whether a manifest, named as people do, asks for a service; not where it cannot be found or read."""
    try:
        return bool(service_in(find_manifest(root, manifest).read_bytes()))
    except (InputError, OSError):
        return False


def asked_for(root: Path) -> dict[str, str]:
    """The files under `jobs/` that are, or would be, manifests of services, with the names of these."""
    try:
        paths = find_manifests((), str(root))
    except InputError:
        return {}
    named = {path: service_in(_content(path)) for path in paths}
    return {path: job for path, job in named.items() if job}


def wanted_services(workspace: Workspace, only: str = "") -> list[Wanted]:
    """All of them, or the one of the name `only`, by name, planned whatever approvals they need."""
    pin_once = cache(pin)
    options = Options(approve=True)

    def wanted(path: str, job: str) -> Wanted:
        manifest = display_name(path, workspace.repository.root)
        try:
            planned = plan_launch(workspace, path, options, pin_once)
            version = version_of(workspace, planned.priced.plan)
        except RunnerError as error:
            return Wanted(job=job, manifest=manifest, planned=error)
        return Wanted(job=job, manifest=manifest, planned=planned, version=version)

    asked = asked_for(workspace.repository.root)
    found = [wanted(path, job) for path, job in asked.items() if only in ("", job)]
    return sorted(found, key=lambda one: one.job)


def known_services(workspace: Workspace) -> list[str]:
    """The names of the services that stood when somebody last looked from here."""
    try:
        return (workspace.state_directory / _KNOWN).read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return []


def remember_services(workspace: Workspace, jobs: Iterable[str]) -> None:
    """Keeps the names of those that stand now.

    It is a hint: of two that write at the same time one may be lost, until somebody looks again. Raises
    ProviderError where it cannot be written.
    """
    path = workspace.state_directory / _KNOWN
    try:
        write_if_changed(path, "".join(f"{job}\n" for job in sorted(set(jobs))))
    except OSError as error:
        raise disk_error(path, error) from None


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""
