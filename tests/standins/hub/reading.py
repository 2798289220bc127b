"""Answers about what there is: repositories, their files, and the files themselves."""

from __future__ import annotations

import re
import time
from typing import Any

from tests.standins.github.answers import HttpAnswer, HttpRequest, json_answer
from tests.standins.hub.refusals import Refusal, gated, no_entry, no_revision
from tests.standins.hub.state import Blob, Commit, Repository

RANGE = re.compile(r"bytes=(\d+)-(\d*)")


def commit_at(repository: Repository, revision: str) -> Commit:
    """The commit of a revision. Raises Refusal."""
    found = repository.at(revision)
    if found is None:
        raise no_revision(revision)
    return found


def information(repository: Repository, revision: str, *, blobs: bool) -> HttpAnswer:
    """What a repository is, and the names of its files."""
    commit = commit_at(repository, revision)
    siblings = []
    for path, one in sorted(commit.files.items()):
        told: dict[str, Any] = {"rfilename": path}
        siblings.append(told | entry(path, one) if blobs else told)
    told = {
        "_id": repository.head.oid[:24],
        "id": repository.name,
        "modelId": repository.name,
        "author": repository.owner,
        "sha": commit.oid,
        "private": repository.private,
        "gated": "manual" if repository.gated else False,
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "tags": [],
        "lastModified": moment(commit.created),
        "createdAt": moment(commit.created),
        "siblings": siblings,
    }
    return json_answer(200, told)


def entry(path: str, blob: Blob) -> dict[str, Any]:
    """A file of a listing."""
    told: dict[str, Any] = {"type": "file", "path": path, "oid": blob.oid, "blobId": blob.oid}
    told["size"] = len(blob.content)
    if blob.large:
        told["lfs"] = {
            "oid": blob.sha256,
            "sha256": blob.sha256,
            "size": len(blob.content),
            "pointerSize": 134,
        }
    return told


def tree(repository: Repository, revision: str, folder: str, *, recursive: bool) -> HttpAnswer:
    """The files and folders below a folder. Raises Refusal."""
    commit = commit_at(repository, revision)
    prefix = f"{folder}/" if folder else ""
    inside = {path: one for path, one in commit.files.items() if path.startswith(prefix)}
    if folder and not inside:
        raise no_entry(commit.oid)
    told = [
        entry(path, one) for path, one in inside.items() if recursive or "/" not in path.removeprefix(prefix)
    ]
    folders = {
        path[:index]
        for path in inside
        for index, letter in enumerate(path)
        if letter == "/" and index >= len(prefix)
    }
    if not recursive:
        folders = {path for path in folders if "/" not in path.removeprefix(prefix)}
    told += [{"type": "directory", "path": path, "oid": commit.oid, "size": 0} for path in folders]
    return json_answer(200, sorted(told, key=lambda one: str(one["path"])))


def paths_information(repository: Repository, revision: str, paths: list[str]) -> HttpAnswer:
    """The files of these names that there are."""
    files = commit_at(repository, revision).files
    return json_answer(200, [entry(path, files[path]) for path in paths if path in files])


def references(repository: Repository) -> HttpAnswer:
    """Its branches."""
    told = [
        {"name": name, "ref": f"refs/heads/{name}", "targetCommit": oid}
        for name, oid in repository.references.items()
    ]
    return json_answer(200, {"branches": told, "tags": [], "converts": [], "pullRequests": []})


def file(repository: Repository, revision: str, path: str, url: str, user: str) -> HttpAnswer:
    """A file: its content, or for a large one where that is. Raises Refusal."""
    if repository.gated and user not in {repository.owner, *repository.granted}:
        raise gated(repository.name, known=bool(user))
    commit = commit_at(repository, revision)
    found = commit.files.get(path)
    if found is None:
        raise no_entry(commit.oid)
    headers = {"X-Repo-Commit": commit.oid, "ETag": f'"{found.etag}"', "Accept-Ranges": "bytes"}
    if not found.large:
        return HttpAnswer(200, found.content, headers)
    repository.large[found.sha256] = found.content
    headers |= {
        "X-Linked-Etag": f'"{found.sha256}"',
        "X-Linked-Size": str(len(found.content)),
        "Location": f"{url}/storage/{repository.kind}/{repository.name}/{found.sha256}",
    }
    return HttpAnswer(302, b"", headers)


def part(request: HttpRequest, answer: HttpAnswer) -> HttpAnswer:
    """As much of an answer as was asked for. Raises Refusal."""
    asked = RANGE.fullmatch(request.header("Range"))
    if answer.status != 200 or asked is None:
        return answer
    size = len(answer.body)
    first, last = int(asked[1]), min(int(asked[2] or size - 1), size - 1)
    if first > last:
        raise Refusal(416, "The range is not in the file")
    headers = {**answer.headers, "Content-Range": f"bytes {first}-{last}/{size}"}
    return HttpAnswer(206, answer.body[first : last + 1], headers)


def moment(seconds: float) -> str:
    """A time as the hub writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))
