"""Changes: repositories that are made, large files that are put, and commits."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tests.standins.github.answers import HttpAnswer, json_answer
from tests.standins.hub.refusals import Refusal
from tests.standins.hub.state import Blob, Repository, is_large


def modes(files: list[dict[str, Any]], ignored: str = "") -> HttpAnswer:
    """How each file is to be sent."""
    lines = set(ignored.split())
    told = [
        {
            "path": one["path"],
            "uploadMode": "lfs" if is_large(one["path"], one["size"]) else "regular",
            "shouldIgnore": one["path"] in lines,
            "oid": None,
        }
        for one in files
    ]
    return json_answer(200, {"files": told, "commitOid": None})


def batch(repository: Repository, asked: Mapping[str, Any], url: str) -> HttpAnswer:
    """Where large files are to be put; nowhere, where they are there already."""
    told = []
    for one in asked["objects"]:
        place = f"{url}/storage/{repository.kind}/{repository.name}/{one['oid']}"
        actions = {"upload": {"href": place}, "verify": {"href": f"{place}/verify"}}
        known = {} if one["oid"] in repository.large else {"actions": actions}
        told.append({"oid": one["oid"], "size": one["size"], "authenticated": True, **known})
    return json_answer(200, {"transfer": "basic", "objects": told})


def put(repository: Repository, name: str, content: bytes) -> HttpAnswer:
    """Keep a large file. Raises Refusal where it is not what its name says."""
    if hashlib.sha256(content).hexdigest() != name:
        raise Refusal(400, "The content does not match its name")
    repository.large[name] = content
    return HttpAnswer(200, b"", {"ETag": f'"{name}"'})


def verify(repository: Repository, asked: Mapping[str, Any]) -> HttpAnswer:
    """Whether a large file has arrived. Raises Refusal."""
    if len(repository.large.get(asked["oid"], b"")) != asked["size"]:
        raise Refusal(404, "The object is not there")
    return json_answer(200, {"success": True})


def commit(repository: Repository, branch: str, body: bytes, author: str, url: str) -> HttpAnswer:
    """A commit of lines of JSON, each an operation. Raises Refusal."""
    head = repository.at(branch)
    files = dict(head.files) if head is not None else {}
    header: dict[str, Any] = {}
    for line in body.splitlines():
        operation = json.loads(line)
        key, value = operation["key"], operation["value"]
        if key == "header":
            header = value
        elif key == "file":
            files[value["path"]] = Blob(base64.b64decode(value["content"]), large=False)
        elif key == "lfsFile":
            if value["oid"] not in repository.large:
                raise Refusal(400, f"LFS object {value['oid']} is not there")
            files[value["path"]] = Blob(repository.large[value["oid"]], large=True)
        elif key == "deletedFile":
            files.pop(value["path"], None)
        else:
            raise Refusal(400, f"Unknown operation {key}")
    parent = header.get("parentCommit")
    if parent and (head is None or parent != head.oid):
        raise Refusal(412, "A commit has happened since. Please refresh and try again.")
    made = repository.commit(files, header["summary"], author, branch)
    place = f"{url}/{repository.name}/commit/{made.oid}"
    told = {
        "success": True,
        "commitOid": made.oid,
        "commitUrl": place,
        "hookOutput": "",
        "pullRequestUrl": None,
    }
    return json_answer(200, told)
