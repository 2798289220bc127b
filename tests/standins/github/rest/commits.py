"""Commits, branches, comparisons, files."""

from __future__ import annotations

import base64

from tests.standins.github.commits import read_commit, write_commit
from tests.standins.github.git import ABSENT
from tests.standins.github.moving import BRANCHES, move
from tests.standins.github.operations import Answer, Call, operation
from tests.standins.github.refusals import Refusal, not_found
from tests.standins.github.repository import Repository
from tests.standins.github.rest.git_data import decoded, edited, signatures
from tests.standins.github.shapes import Shape, page
from tests.standins.github.trees import FILE, FOLDER, Entry, look_up, read_tree

LARGEST_INLINE = 2**20
LARGEST_SHOWN = 100 * 2**20
KINDS = {"blob": "file", "tree": "dir", "commit": "submodule"}


@operation("repos/get-commit", "contents:read")
def get_commit(call: Call) -> Answer:
    sha = call.repository.resolve(call.parameters["ref"])
    if sha is None:
        raise Refusal(422, f"No commit found for SHA: {call.parameters['ref']}")
    commit = read_commit(call.repository.git, sha)
    assert commit is not None
    files = call.repository.history.changes(commit.parents[0] if commit.parents else ABSENT, sha)
    return Answer(200, call.commits.commit(sha, files))


@operation("repos/list-commits", "contents:read")
def list_commits(call: Call) -> Answer:
    start = call.repository.resolve(call.query.get("sha", call.repository.default_branch))
    if start is None:
        raise not_found()
    path = ("--", call.query["path"]) if "path" in call.query else ()
    names = call.repository.git.run("rev-list", start, *path).split()
    return Answer(200, [call.commits.commit(name) for name in names])


@operation("repos/get-branch", "contents:read")
def get_branch(call: Call) -> Answer:
    name = call.parameters["branch"]
    sha = call.repository.branch(name)
    if sha is None:
        raise Refusal(404, "Branch not found")
    links = {
        "self": call.commits.url(f"/branches/{name}"),
        "html": page(call.world.base_url, call.repository),
    }
    told = {"name": name, "commit": call.commits.commit(sha), "_links": links}
    return Answer(200, {**told, "protected": name in call.repository.protected})


@operation("repos/list-pull-requests-associated-with-commit", "pull-requests:read")
def list_pulls_of_commit(call: Call) -> Answer:
    repository, sha = call.repository, call.parameters["commit_sha"]
    if read_commit(repository.git, sha) is None:
        raise Refusal(422, f"No commit found for SHA: {sha}")
    pulls = [
        each
        for each in reversed(repository.pulls.values())
        if (each.merged and each.merge_commit_sha == sha)
        or sha in repository.history.between(each.base_sha, each.head_sha)
    ]
    default = repository.branch(repository.default_branch)
    if default and repository.history.is_ancestor(sha, default):
        pulls = [each for each in pulls if each.merged] or pulls
    shapes = call.world.pulls(repository)
    return Answer(200, [shapes.simple(each) for each in pulls])


def side(call: Call, name: str) -> tuple[Repository, str]:
    """One side of a comparison: a name, or `owner:branch` for a fork's."""
    owner, _, branch = name.rpartition(":")
    for each in call.world.repositories.values():
        if owner and each.owner == owner and each.parent == call.repository.name:
            sha = each.resolve(branch)
            if sha:
                call.repository.git.run("fetch", "--quiet", "--no-tags", str(each.git.folder), sha)
                return each, sha
    found = call.repository.resolve(branch)
    if found is None:
        raise not_found()
    return call.repository, found


@operation("repos/compare-commits-with-basehead", "contents:read")
def compare(call: Call) -> Answer:
    told = call.parameters["basehead"]
    left, dots, right = told.partition("...")
    if not dots:
        raise not_found()
    base, head = side(call, left)[1], side(call, right)[1]
    history = call.repository.history
    common = history.merge_base(base, head)
    if not common:
        raise Refusal(404, f"No common ancestor between {left} and {right}.")
    ahead, behind = history.between(base, head), history.between(head, base)
    both = "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "identical"
    files = history.changes(common, head)
    return Answer(
        200,
        {
            "url": call.commits.url(f"/compare/{told}"),
            "base_commit": call.commits.commit(base),
            "merge_base_commit": call.commits.commit(common),
            "status": both,
            "ahead_by": len(ahead),
            "behind_by": len(behind),
            "total_commits": len(ahead),
            "commits": [call.commits.commit(each) for each in ahead],
            "files": [call.commits.file(each, head) for each in files[:300]],
        },
        listed="commits",
    )


def content_shape(call: Call, path: str, entry: Entry, ref: str, whole: bool) -> Shape:
    """A file, a folder or a submodule as the API shows it."""
    place = call.commits.url(f"/contents/{path}?ref={ref}")
    raw = call.commits.url(f"/git/{entry.kind}s/{entry.name}")
    web = page(call.world.base_url, call.repository, f"/{entry.kind}/{ref}/{path}")
    found = call.repository.git.read(entry.name) if entry.kind == "blob" else None
    size = len(found[1]) if found else 0
    shape: Shape = {
        "type": KINDS[entry.kind],
        "name": path.split("/")[-1],
        "path": path,
        "sha": entry.name,
        "size": size,
        "url": place,
        "git_url": raw,
        "html_url": web,
        "download_url": web.replace("/blob/", "/raw/", 1) if entry.kind == "blob" else None,
        "_links": {"self": place, "git": raw, "html": web},
    }
    if whole and found:
        inline = size <= LARGEST_INLINE
        shape["encoding"] = "base64" if inline else "none"
        shape["content"] = base64.encodebytes(found[1]).decode() if inline else ""
    return shape


@operation("repos/get-content", "contents:read")
def get_content(call: Call) -> Answer:
    path, ref = call.parameters["path"].strip("/"), call.query.get("ref", call.repository.default_branch)
    sha = call.repository.resolve(ref)
    if sha is None:
        raise Refusal(404, f"No commit found for the ref {ref}")
    commit = read_commit(call.repository.git, sha)
    assert commit is not None
    entry = look_up(call.repository.git, commit.tree, path)
    if entry is None:
        raise not_found()
    if entry.mode == FOLDER:
        inside = read_tree(call.repository.git, entry.name)
        start = f"{path}/" if path else ""
        return Answer(
            200, [content_shape(call, start + name, each, ref, False) for name, each in inside.items()]
        )
    shape = content_shape(call, path, entry, ref, True)
    if shape["size"] > LARGEST_SHOWN:
        raise Refusal(403, "This API returns blobs up to 100 MB in size. The requested blob is too large.")
    return Answer(200, shape)


@operation("repos/create-or-update-file-contents", "contents:write")
def put_content(call: Call) -> Answer:
    body, path, git = call.body, call.parameters["path"].strip("/"), call.repository.git
    branch = body.get("branch", call.repository.default_branch)
    tip = call.repository.branch(branch)
    commit = read_commit(git, tip or ABSENT)
    if tip is None or commit is None:
        raise Refusal(404, f"Branch {branch} not found")
    there = look_up(git, commit.tree, path)
    if there and not body.get("sha"):
        raise Refusal(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if there and body["sha"] != there.name:
        raise Refusal(409, f"{path} does not match {body['sha']}")
    blob = Entry(there.mode if there else FILE, git.write("blob", decoded(body["content"], "base64")))
    tree = edited(git, commit.tree, {path: blob})
    author, committer = signatures(call.who, body.get("author"), body.get("committer"))
    sha = write_commit(git, tree, [tip], body["message"], author, committer)
    move(call.world, call.repository, call.who, BRANCHES + branch, tip, sha)
    made = read_commit(git, sha)
    assert made is not None
    content = content_shape(call, path, blob, branch, False)
    return Answer(200 if there else 201, {"content": content, "commit": call.commits.git_commit(made)})
