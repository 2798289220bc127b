"""What a person has agreed to, and that a person was asked.

A job of the workflow waits for the person in an environment. GitHub makes an environment that does not exist,
without protection, and then the job waits for nobody: so it is looked at before anything is launched.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from runner.errors import InputError
from runner.repository.access import TOKENS
from runner.repository.git import Repository

VARIABLE: Final = "RUNNER_APPROVED"
"""Where the workflow puts the output `waiting` of the job that came before."""

WAITING: Final = "waiting"
"""The output with the manifests that need an approval, as JSON."""


def approved_manifests(folder: Path, environ: Mapping[str, str] = os.environ) -> frozenset[str]:
    """The manifests that a person has agreed to launch: those that were listed when the person was asked.

    One request. Raises InputError where the workflow does not list them or nobody can have been asked,
    ProviderError where GitHub does not tell.
    """
    manifests = read_list(environ.get(VARIABLE, ""))
    from runner.forge.github.checkup import approvals
    from runner.forge.github.client import connect

    # The token of the job, to which the workflow gives `actions: read`: that of an App may lack it.
    own = {name: value for name, value in environ.items() if name not in TOKENS[:-1]}
    approvals(connect(Repository.find(folder), own))
    return manifests


def read_list(text: str) -> frozenset[str]:
    """The manifests of a list in JSON. Raises InputError where it is none."""
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        listed = None
    if not isinstance(listed, list) or not all(_is_path(one) for one in listed):
        raise InputError(
            "not-approved",
            "this is no list of the manifests that a person has agreed to",
            place=VARIABLE,
            fix="call --approved as .github/workflows/launch.yml and collect.yml of the runner do",
        )
    return frozenset(listed)


def _is_path(one: object) -> bool:
    """Whether this may be a file of the repository."""
    if not isinstance(one, str) or not one:
        return False
    path = PurePosixPath(one)
    return not path.is_absolute() and ".." not in path.parts
