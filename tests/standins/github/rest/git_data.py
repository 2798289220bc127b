"""The Git Data API: blobs, trees, commits."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from tests.standins.github.commits import SIGNER, Signature, read_commit, signature, write_commit
from tests.standins.github.git import Git
from tests.standins.github.identity import Identity
from tests.standins.github.operations import Answer, Call, operation
from tests.standins.github.refusals import Refusal, not_found
from tests.standins.github.shapes import Shape
from tests.standins.github.trees import FILE, Changes, Entry, NoSuchPath, edit_tree, walk_tree

MOST_ENTRIES = 100_000
FORBIDDEN_PARTS = frozenset({"", ".", "..", ".git"})
BAD_STATE = "GitRPC::BadObjectState"


@operation("git/create-blob", "contents:write")
def create_blob(call: Call) -> Answer:
    content = decoded(call.body["content"], call.body.get("encoding", "utf-8"))
    if len(content) > call.repository.largest_file:
        raise Refusal(422, "Sorry, your input was too large to process. Consider a local clone.")
    sha = call.repository.git.write("blob", content)
    return Answer(201, {"sha": sha, "url": call.commits.url(f"/git/blobs/{sha}")})


def decoded(content: str, encoding: str) -> bytes:
    """The bytes that a request means."""
    if encoding != "base64":
        return content.encode()
    try:
        return base64.b64decode(content)
    except binascii.Error:
        raise Refusal(422, "content is not valid Base64") from None


@operation("git/get-blob", "contents:read")
def get_blob(call: Call) -> Answer:
    sha = call.parameters["file_sha"]
    found = call.repository.git.read(sha)
    if found is None or found[0] != "blob":
        raise not_found()
    return Answer(
        200,
        {
            "sha": sha,
            "node_id": f"B_{sha}",
            "size": len(found[1]),
            "encoding": "base64",
            "content": base64.encodebytes(found[1]).decode(),
            "url": call.commits.url(f"/git/blobs/{sha}"),
        },
    )


@operation("git/create-tree", "contents:write")
def create_tree(call: Call) -> Answer:
    git = call.repository.git
    base = call.body.get("base_tree") or ""
    commit = read_commit(git, base)
    base = commit.tree if commit else base
    if base and git.kind(base) != "tree":
        raise Refusal(404, "Not Found" if git.read(base) is None else BAD_STATE)
    changes: dict[str, Entry | None] = {}
    for told in call.body["tree"]:
        changes[path_of(told)] = entry_of(git, told)
    return Answer(201, shape(call, edited(git, base, changes), recursive=False))


def path_of(told: dict[str, Any]) -> str:
    """The path of an entry; refused where git would not store it."""
    path: str = told["path"]
    if FORBIDDEN_PARTS.intersection(part.lower() for part in path.split("/")) or "\0" in path:
        raise Refusal(422, "tree.path contains a malformed path component")
    return path


def entry_of(git: Git, told: dict[str, Any]) -> Entry | None:
    """What stands at a path from now on; None deletes it."""
    mode = told.get("mode", FILE)
    if "content" in told:
        if "sha" in told:
            raise Refusal(422, "Must supply either tree.sha or tree.content, not both")
        return Entry(mode, git.write("blob", told["content"].encode()))
    sha = told.get("sha")
    if sha is None:
        return None
    entry = Entry(mode, sha)
    if mode != "160000" and git.kind(sha) != entry.kind:
        raise Refusal(422, BAD_STATE)
    return entry


def edited(git: Git, base: str, changes: Changes) -> str:
    """The changed tree."""
    try:
        return edit_tree(git, base, changes)
    except NoSuchPath:
        raise Refusal(422, BAD_STATE) from None


def shape(call: Call, sha: str, recursive: bool) -> Shape:
    """A tree as the API shows it."""
    entries = []
    for path, entry in walk_tree(call.repository.git, sha, recursive):
        kind = "commits" if entry.kind == "commit" else f"{entry.kind}s"
        told: Shape = {"path": path, "mode": entry.mode, "type": entry.kind, "sha": entry.name}
        if entry.kind == "blob":
            content = call.repository.git.read(entry.name)
            told["size"] = len(content[1]) if content else 0
        entries.append(told | {"url": call.commits.url(f"/git/{kind}/{entry.name}")})
    return {
        "sha": sha,
        "url": call.commits.url(f"/git/trees/{sha}"),
        "truncated": len(entries) > MOST_ENTRIES,
        "tree": entries[:MOST_ENTRIES],
    }


@operation("git/get-tree", "contents:read")
def get_tree(call: Call) -> Answer:
    name = call.parameters["tree_sha"]
    commit = read_commit(call.repository.git, call.repository.resolve(name) or name)
    tree = commit.tree if commit else name
    if call.repository.git.kind(tree) != "tree":
        raise not_found()
    return Answer(200, shape(call, tree, recursive=call.query.get("recursive", "") != ""))


@operation("git/create-commit", "contents:write")
def create_commit(call: Call) -> Answer:
    git, body = call.repository.git, call.body
    if git.kind(body["tree"]) != "tree":
        raise Refusal(422, "Tree SHA does not exist")
    for parent in body.get("parents", []):
        if git.kind(parent) != "commit":
            raise Refusal(422, "Parent SHA does not exist or is not a commit object")
    author, committer = signatures(call.who, body.get("author"), body.get("committer"))
    sha = write_commit(git, body["tree"], body.get("parents", []), body["message"], author, committer)
    commit = read_commit(git, sha)
    assert commit is not None
    return Answer(201, call.commits.git_commit(commit))


def signatures(
    who: Identity, author: dict[str, str] | None, committer: dict[str, str] | None
) -> tuple[Signature, Signature]:
    """Author and committer; GitHub signs a bot's commit that names neither."""
    own = signature(who.login, who.address)
    given = signature(author["name"], author["email"], author.get("date")) if author else own
    if committer:
        return given, signature(committer["name"], committer["email"], committer.get("date"))
    signed = who.kind != "user" and author is None
    return given, signature(*SIGNER) if signed else given


@operation("git/get-commit", "contents:read")
def get_commit(call: Call) -> Answer:
    commit = read_commit(call.repository.git, call.parameters["commit_sha"])
    if commit is None:
        raise not_found()
    return Answer(200, call.commits.git_commit(commit))
