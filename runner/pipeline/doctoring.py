"""Whether everything is in place for runs: this machine, git, and the provider."""

from __future__ import annotations

import platform
import shutil
from functools import partial
from typing import Final

from runner import __version__
from runner.errors import ProviderError
from runner.pipeline.checks import Check, look
from runner.pipeline.doctoring_github import github
from runner.pipeline.doctoring_ledger import ledger
from runner.pipeline.workspace import Workspace

LEAST_FREE: Final = 1 << 30
"""Bytes on the disk below which runs are likely to fail."""

OLDEST_GIT: Final = (2, 30)


def examine(workspace: Workspace, backend: str = "") -> list[Check]:
    """Looks at everything, in order; `backend` is the one that must work, the settings' own otherwise."""
    return [
        Check("runner", True, f"{__version__}, Python {platform.python_version()}"),
        look("git", _git),
        *ledger(workspace),
        look("disk", partial(_disk, workspace)),
        *github(workspace),
        *_modal(workspace, required=(backend or workspace.settings.backend) == "modal"),
    ]


def _git() -> str:
    from runner.repository import process

    text = process.git("version").decode("utf-8", "replace").strip().removeprefix("git version ")
    numbers = tuple(int(part) for part in text.split()[0].split(".")[:2] if part.isdecimal())
    if numbers < OLDEST_GIT:
        least = ".".join(map(str, OLDEST_GIT))
        raise ProviderError("git-old", f"git {text} is too old", fix=f"install git {least} or newer")
    return text


def _disk(workspace: Workspace) -> str:
    from runner.manifest.units import size_text

    free = shutil.disk_usage(workspace.state_directory).free
    if free < LEAST_FREE:
        raise ProviderError(
            "disk-full",
            f"only {size_text(free)} are free",
            place=str(workspace.repository.root),
            fix="free some space; the largest runs: du -sh .runner/runs/*",
        )
    return f"{size_text(free)} free"


def _modal(workspace: Workspace, *, required: bool) -> list[Check]:
    """All that concerns Modal, up to what everything after it needs."""
    from runner.backends.modal import checkup

    credentials = look("modal", lambda: "set up" if checkup.is_set_up() else "")
    if not credentials.ok:
        return [credentials]
    if not required and not credentials.detail:
        return [Check("modal", True, "not set up: there is no token (to set it up: modal token new)")]
    settings = workspace.settings.modal
    checks = []
    for name, question in (
        ("modal SDK", checkup.sdk),
        ("modal server", checkup.server),
        ("modal token", checkup.token),
        ("modal environment", partial(checkup.environment, settings)),
    ):
        checks.append(look(name, question))
        if not checks[-1].ok:
            return checks
    return [*checks, *_secrets(workspace), *_volumes(workspace)]


def _secrets(workspace: Workspace) -> list[Check]:
    """A check for each secret that a job names."""
    from runner.backends.modal import checkup

    wanted, checks = _wanted_secrets(workspace)
    settings = workspace.settings.modal
    if wake := workspace.settings.github.wake:
        wanted.setdefault(wake, []).append("github.wake")
    for variable, jobs in sorted(wanted.items()):
        check = look(f"secret {variable}", partial(checkup.secret, settings, variable))
        named = f"{check.detail} (for {', '.join(jobs)})"
        checks.append(Check(check.name, check.ok, named, check.fix))
    return checks


def _wanted_secrets(workspace: Workspace) -> tuple[dict[str, list[str]], list[Check]]:
    """The jobs by the secrets that they name, and what keeps us from knowing it of some."""
    from runner.errors import InputError
    from runner.kinds import KINDS
    from runner.lint.validate import find_manifests
    from runner.manifest.load import load

    kinds = {name: kind.job_type for name, kind in KINDS.items()}
    root = workspace.repository.root
    wanted: dict[str, list[str]] = {}
    unread = []
    try:
        paths = find_manifests((), str(root))
    except InputError:  # a repository without jobs needs no secrets
        paths = []
    for path in paths:
        try:
            job = load(path, kinds, (), root).job
        except InputError:
            unread.append(path)
            continue
        for variable in job.spec.secrets:
            wanted.setdefault(variable, []).append(job.metadata.name)
    text = f"{len(unread)} of {len(paths)} manifests cannot be read"
    return wanted, [Check("jobs", False, text, "runner validate")] if unread else []


def _volumes(workspace: Workspace) -> list[Check]:
    from runner.backends.modal import checkup

    ahead = []

    def volumes() -> str:
        text, seconds = checkup.volumes(workspace.settings.modal)
        ahead.append(seconds)
        return text

    checks = [look("modal volumes", volumes)]
    if ahead:
        checks.append(look("clock", partial(checkup.clock, ahead[0])))
    return checks
