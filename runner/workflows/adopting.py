"""`runner init --workflows`: the files with which another repository uses the runner on GitHub."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from runner.errors import InputError, ProviderError
from runner.repository import process
from runner.wording import printable
from runner.workflows.callers import CALLERS, text_of

FOLDER: Final = ".github/workflows"
NEXT: Final = """\
next: commit them, and in the repository's settings on GitHub
  secrets       add MODAL_TOKEN_ID and MODAL_TOKEN_SECRET
  environments  make runner, and runner-approval with required reviewers
  Actions       allow GitHub Actions to create pull requests
  optional      a GitHub App, so that checks run on the bot's pull requests:
                the variable RUNNER_APP_ID and the secret RUNNER_APP_PRIVATE_KEY
  optional      a webhook that hears of every run that ends: the secret RUNNER_WEBHOOK_URL
then: runner doctor"""

_SOURCE: Final = re.compile(r"([A-Za-z0-9-]{1,39}/[A-Za-z0-9_.-]{1,100})@([0-9a-f]{40})")
# An address of a repository at a host: https, ssh, or the short form of ssh.
_ADDRESS: Final = re.compile(
    r"(?:(?:https?|ssh)://[^/\s]+/|[^/@:\s]+@[^/:\s]+:)(?P<name>[A-Za-z0-9-]+/[A-Za-z0-9_.-]+?)(?:\.git)?/?"
)
_BRANCH: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
_FIX: Final = "--from OWNER/REPOSITORY@COMMIT, the commit as all of its 40 digits"


class Source(Struct, frozen=True):
    """Where the runner's workflows are taken from: `owner/name` of a repository at GitHub, and a commit."""

    repository: str
    commit: str


def parse_source(text: str) -> Source:
    """The source that is written `owner/name@commit`. Raises InputError.

    A tag or a branch is refused: what it names can be moved by others.
    """
    found = _SOURCE.fullmatch(text)
    if found is None:
        problem = f"{printable(text)[:200]} is no repository at GitHub with a whole commit"
        raise InputError("bad-source", problem, place="--from", fix=f"write it as {_FIX}")
    return Source(found[1], found[2])


def installed_source() -> Source:
    """Where this installation came from. Raises InputError where it does not know."""
    import json
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        record: dict[str, Any] = json.loads(distribution("runner").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        record = {}
    source = source_of(record)
    if source is None:
        raise InputError(
            "no-source", "this installation does not know which repository and commit it came from", fix=_FIX
        )
    return source


def source_of(record: dict[str, Any]) -> Source | None:
    """The source that pip's record of an installation tells: a clone's origin and HEAD, or an address.

    `record` is as https://packaging.python.org/specifications/direct-url-data-structure says.
    """
    url, commit = str(record.get("url", "")), str(record.get("vcs_info", {}).get("commit_id", ""))
    if url.startswith("file://") and "dir_info" in record:
        from urllib.parse import unquote, urlsplit

        folder = unquote(urlsplit(url).path)
        url, commit = _git(folder, "config", "--get", "remote.origin.url"), _git(folder, "rev-parse", "HEAD")
    address = _ADDRESS.fullmatch(url)
    found = _SOURCE.fullmatch(f"{address['name']}@{commit}") if address else None
    return Source(found[1], found[2]) if found else None


def adopt(root: Path, source: Source, *, force: bool = False, enterprise_server: bool = False) -> list[Path]:
    """Writes the workflow files below `root`, and returns where they are.

    Raises InputError, with nothing written, where one exists already, unless `force`.
    """
    branch = _git(str(root), "symbolic-ref", "--short", "refs/remotes/origin/HEAD").removeprefix("origin/")
    if not _BRANCH.fullmatch(branch):
        branch = "main"
    folder = root / FOLDER
    for caller in CALLERS:
        if not force and (folder / caller.file).exists():
            place = f"{FOLDER}/{caller.file}"
            raise InputError("file-exists", "the file exists already", place=place, fix="--force replaces it")
    folder.mkdir(parents=True, exist_ok=True)
    for caller in CALLERS:
        text = text_of(caller, source.repository, source.commit, branch, enterprise_server=enterprise_server)
        (folder / caller.file).write_text(text, encoding="utf-8")
    return [folder / caller.file for caller in CALLERS]


def _git(folder: str, *arguments: str) -> str:
    """What git says there in one line; empty where it says nothing."""
    try:
        return process.git("-C", folder, *arguments).decode("utf-8", "replace").strip()
    except ProviderError:
        return ""
