"""Git LFS: contents are uploaded to the repository's server before a commit names them.

A content is named by its SHA-256, so that every step may be repeated after any failure.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from runner.forge.lfs_server import JSON, Answer, Trouble, failure, refusal, request, shortened
from runner.repository.lfs import describe, store

BATCH: Final = 100
LONGEST_WAIT: Final = 60.0
"""Seconds that a server may have us wait before the next try."""
_TRIES: Final = 4
_HEADERS: Final = {"Accept": JSON, "Content-Type": JSON}
_EXPIRED: Final = frozenset({401, 403, 410})
"""Answers to an upload whose address was given out too long ago."""


class _Error(Struct):
    code: int = 0
    message: str = ""


class _Action(Struct):
    href: str
    header: dict[str, str] = {}


class _Actions(Struct):
    upload: _Action | None = None
    verify: _Action | None = None


class _Object(Struct):
    oid: str
    actions: _Actions | None = None
    error: _Error | None = None


class _Batch(Struct):
    objects: list[_Object]
    transfer: str = "basic"


def pointer(path: Path) -> bytes:
    """What a commit holds in place of the file. Raises ProviderError where it cannot be read."""
    return describe(path).text()


def store_locally(git_directory: Path, path: Path) -> bytes:
    """Copies the file to where Git LFS keeps contents in a clone; its pointer. Raises ProviderError."""
    return store(git_directory, path).text()


def attributes(existing: str, paths: Collection[str]) -> str:
    """The text of a `.gitattributes` at the root, with a line more for each path: it goes through Git LFS."""
    end = "" if not existing or existing.endswith("\n") else "\n"
    lines = [f"{_pattern(path)} filter=lfs diff=lfs merge=lfs -text\n" for path in sorted(paths)]
    return existing + end + "".join(lines)


def _pattern(path: str) -> str:
    """A pattern that this path matches, and no other."""
    start = "/" if "/" not in path or path.startswith(("#", "!")) else ""
    escaped = start + re.sub(r"([\\*?\[\]])", r"\\\1", path)
    if re.search(r'[\s"]', escaped):
        escaped = '"' + escaped.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return escaped


def upload(address: str, token: str, files: Sequence[Path], *, pause: float = 1.0) -> None:
    """Brings the files' contents to the Git LFS server of the repository at `address` (`https://…/name.git`).

    What the server has is not sent again. `pause` is in seconds: that before the second try, each later
    one twice as long. The token goes to the server itself alone, never to the addresses that it gives for
    the contents. Raises ProviderError.
    """
    wanted = iter({(found := describe(path)).sha256: (path, found.size) for path in files}.items())
    while batch := dict(islice(wanted, BATCH)):
        _Upload(address, token, batch).run(pause)


class _Upload:
    """One batch: files and their sizes in bytes by SHA-256."""

    def __init__(self, address: str, token: str, files: Mapping[str, tuple[Path, int]]) -> None:
        self._address = f"{address.rstrip('/')}/info/lfs/objects/batch"
        self._token = token
        self._left = dict(files)

    def run(self, pause: float) -> None:
        """Tries until every file is there. Raises ProviderError."""
        for attempt in range(_TRIES):
            try:
                self._send()
                return
            except Trouble as trouble:
                if attempt == _TRIES - 1 or trouble.wait > LONGEST_WAIT:
                    fix = "Run the same command again: what was sent need not be sent again."
                    raise failure(trouble.why, fix=fix) from None
                time.sleep(max(pause * 2**attempt, trouble.wait))

    def _send(self) -> None:
        """Asks what is missing, and sends that. Raises Trouble where another try may go well."""
        for answer in self._ask():
            if answer.oid not in self._left:
                continue
            path, size = self._left[answer.oid]
            if answer.error is not None:
                raise refusal(answer.error.code, f"{path.name}: {shortened(answer.error.message)}")
            actions = answer.actions or _Actions()
            if actions.upload is not None:
                self._put(actions.upload, path, size)
            if actions.verify is not None:
                told = msgspec.json.encode({"oid": answer.oid, "size": size})
                self._follow("POST", actions.verify, told, _HEADERS).require_success(path.name)
            del self._left[answer.oid]
        if self._left:
            raise failure("the server said nothing of a file that it was asked about")

    def _ask(self) -> list[_Object]:
        question = {
            "operation": "upload",
            "transfers": ["basic"],
            "hash_algo": "sha256",
            "objects": [{"oid": oid, "size": size} for oid, (_, size) in self._left.items()],
        }
        credentials = ("x-access-token", self._token)
        answer = request("POST", self._address, msgspec.json.encode(question), _HEADERS, credentials)
        answer.require_success("the server refused")
        try:
            batch = msgspec.json.decode(answer.content, type=_Batch)
        except msgspec.DecodeError:
            raise failure("the server's answer cannot be understood") from None
        if batch.transfer != "basic":
            raise failure("the server takes contents only in a way of its own")
        return batch.objects

    def _put(self, action: _Action, path: Path, size: int) -> None:
        headers = {"Content-Type": "application/octet-stream"}
        with path.open("rb") as file:
            answer = self._follow("PUT", action, file if size else b"", headers)
        if answer.status in _EXPIRED:
            raise Trouble(f"{path.name}: {answer.said}")
        answer.require_success(path.name)

    def _follow(
        self, method: str, action: _Action, data: bytes | IO[bytes], headers: Mapping[str, str]
    ) -> Answer:
        """A request to an address that the server gave, with the headers that it gave."""
        if urlsplit(action.href).scheme not in ("https", urlsplit(self._address).scheme):
            raise failure("the server wants a content at an address that is not safe")
        given = {name.lower() for name in action.header}
        ours = {name: value for name, value in headers.items() if name.lower() not in given}
        return request(method, action.href, data, {**ours, **action.header})
