"""Which repository at which server is meant, as the environment or the clone says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from runner.errors import InputError, ProviderError
from runner.repository.git import Repository
from runner.wording import printable

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}")
_ORIGIN: Final = re.compile(
    r"(?:https?://|ssh://|git://)?(?:[^@/]*@)?(?P<host>[^/:]+)(?::[0-9]+(?=/))?[/:](?P<name>[^/:]+/[^/:]+?)(?:\.git)?/?"
)
_ADDRESS: Final = re.compile(
    r"https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9/_.-]*)?|http://(127\.0\.0\.1|localhost)(:[0-9]+)?"
)


def address(environ: Mapping[str, str], variable: str, otherwise: str) -> str:
    """An address that the environment may name: https, or of this machine. Raises InputError."""
    found = (environ.get(variable) or otherwise).rstrip("/")
    if not _ADDRESS.fullmatch(found):
        raise InputError(
            "github-address",
            "this is no https address",
            place=variable,
            fix=f"Write one such as {otherwise}.",
        )
    return found


def repository_name(repository: Repository, server: str, given: str) -> str:
    """The name that is given, or else that in the address of `origin`, at the server. Raises InputError."""
    name = given or _origin(repository, server)
    if not _NAME.fullmatch(name):
        raise InputError(
            "github-name",
            "this is not written as owner/name",
            place="GITHUB_REPOSITORY",
            fix="Write owner/name.",
        )
    return name


def _origin(repository: Repository, server: str) -> str:
    """The owner and name in the address of `origin`."""
    try:
        url = repository.text("config", "--get", "remote.origin.url")
    except ProviderError:
        url = ""
    found = _ORIGIN.fullmatch(url)
    host = re.sub(r"^https?://|:[0-9]+$", "", server)
    if found is None or found["host"] != host:
        raise InputError(
            "github-name",
            f"the remote origin is no repository at {printable(host)}",
            place=str(repository.root),
            fix="Set GITHUB_REPOSITORY to owner/name.",
        )
    return found["name"]


def pace(environ: Mapping[str, str]) -> float:
    """Seconds between two writes. Raises InputError."""
    text = environ.get("RUNNER_GITHUB_PACE") or "1"
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3})?", text):
        raise InputError(
            "github-pace", "this is no number of seconds", place="RUNNER_GITHUB_PACE", fix="Write 1, or less."
        )
    return float(text)
