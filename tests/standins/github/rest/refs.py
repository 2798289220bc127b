"""References."""

from __future__ import annotations

from tests.standins.github.git import ABSENT
from tests.standins.github.moving import move
from tests.standins.github.operations import Answer, Call, operation
from tests.standins.github.references import is_reference, read_reference, read_references
from tests.standins.github.refusals import Refusal, not_found


def check_target(call: Call, ref: str, sha: str) -> None:
    """Refuse an object that is not there, and branches of anything but commits."""
    kind = call.repository.git.kind(sha)
    if not kind:
        raise Refusal(422, "Object does not exist")
    if ref.startswith("refs/heads/") and kind != "commit":
        raise Refusal(422, "Reference cannot be updated")


@operation("git/create-ref", "contents:write")
def create_ref(call: Call) -> Answer:
    ref, sha = call.body["ref"], call.body["sha"]
    if not is_reference(ref):
        raise Refusal(422, f"{ref} is not a valid ref name.")
    check_target(call, ref, sha)
    if read_reference(call.repository.git, ref):
        raise Refusal(422, "Reference already exists")
    move(call.world, call.repository, call.who, ref, ABSENT, sha)
    return Answer(201, call.commits.reference(ref, sha))


@operation("git/get-ref", "contents:read")
def get_ref(call: Call) -> Answer:
    ref = f"refs/{call.parameters['ref']}"
    sha = read_reference(call.repository.git, ref)
    if sha is None:
        raise not_found()
    return Answer(200, call.commits.reference(ref, sha))


@operation("git/list-matching-refs", "contents:read")
def list_matching_refs(call: Call) -> Answer:
    start = f"refs/{call.parameters['ref']}"
    found = read_references(call.repository.git)
    return Answer(
        200, [call.commits.reference(ref, sha) for ref, sha in found.items() if ref.startswith(start)]
    )


@operation("git/update-ref", "contents:write")
def update_ref(call: Call) -> Answer:
    ref, sha = f"refs/{call.parameters['ref']}", call.body["sha"]
    old = read_reference(call.repository.git, ref)
    if old is None:
        raise Refusal(422, "Reference does not exist")
    check_target(call, ref, sha)
    if not call.body.get("force") and not call.repository.history.is_ancestor(old, sha):
        raise Refusal(422, "Update is not a fast forward")
    if old != sha:
        move(call.world, call.repository, call.who, ref, old, sha)
    return Answer(200, call.commits.reference(ref, sha))


@operation("git/delete-ref", "contents:write")
def delete_ref(call: Call) -> Answer:
    ref = f"refs/{call.parameters['ref']}"
    old = read_reference(call.repository.git, ref)
    if old is None:
        raise Refusal(422, "Reference does not exist")
    if ref == f"refs/heads/{call.repository.default_branch}":
        raise Refusal(422, "Cannot delete the default branch")
    move(call.world, call.repository, call.who, ref, old, ABSENT)
    return Answer(204)
