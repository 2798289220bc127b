"""Pull requests: opened, found, changed."""

from __future__ import annotations

from tests.standins.github.git import ABSENT
from tests.standins.github.merging import UNKNOWN
from tests.standins.github.moving import close, follow_head
from tests.standins.github.operations import Answer, Call, operation
from tests.standins.github.payloads import tell_pull
from tests.standins.github.refusals import Refusal, check_length, invalid, not_found
from tests.standins.github.repository import NUMBERS, Repository
from tests.standins.github.state import Pull, moment

NOT_PERMITTED = "GitHub Actions is not permitted to create or approve pull requests."


@operation("pulls/create", "pull-requests:write", role="read")
def create_pull(call: Call) -> Answer:
    repository, body = call.repository, call.body
    if call.who.kind == "job" and not repository.actions_may_open_pulls:
        raise Refusal(403, NOT_PERMITTED)
    source, branch = head_of(call, body["head"])
    head, base = source.branch(branch), repository.branch(body["base"])
    check_length("PullRequest", "body", body.get("body"))
    check_length("PullRequest", "title", body.get("title"), 256)
    if not body.get("title"):
        raise invalid("PullRequest", field="title", code="missing_field")
    if head is None:
        raise invalid("PullRequest", field="head", code="invalid")
    if base is None:
        raise invalid("PullRequest", field="base", code="invalid")
    check_new(repository, source, branch, head, body["base"], base)
    pull = Pull(
        id=next(NUMBERS),
        number=max(repository.pulls, default=0) + 1,
        title=body["title"],
        body=body.get("body"),
        login=call.who.login,
        draft=body.get("draft", False),
        head_repository=source.name,
        head=branch,
        head_sha=head,
        base=body["base"],
        base_sha=base,
    )
    repository.pulls[pull.number] = pull
    follow_head(call.world, repository, pull)
    answer = call.world.pull(repository, pull, UNKNOWN)
    tell_pull(call.world, repository, call.who, "opened", pull)
    return Answer(201, answer)


def head_of(call: Call, head: str) -> tuple[Repository, str]:
    """Repository and branch of a head, which is `branch` or `owner:branch`."""
    owner, _, branch = head.rpartition(":")
    if owner in ("", call.repository.owner):
        return call.repository, branch
    for each in call.world.repositories.values():
        if each.owner == owner and each.parent == call.repository.name:
            return each, branch
    raise invalid("PullRequest", field="head", code="invalid")


def twin(repository: Repository, source: str, head: str, base: str) -> Pull | None:
    """The open pull request between two branches, of which there may be one."""
    for each in repository.pulls.values():
        if each.state == "open" and (each.head_repository, each.head, each.base) == (source, head, base):
            return each
    return None


def check_new(
    repository: Repository, source: Repository, branch: str, head: str, base: str, base_sha: str
) -> None:
    """Refuse a pull request that there is already, or that brings nothing."""
    if twin(repository, source.name, branch, base):
        raise invalid("PullRequest", f"A pull request already exists for {source.owner}:{branch}.")
    if source is not repository:
        repository.git.run("fetch", "--quiet", "--no-tags", str(source.git.folder), head)
    if not repository.history.between(base_sha, head):
        raise invalid("PullRequest", f"No commits between {base} and {branch}")
    if not repository.history.merge_base(base_sha, head):
        raise invalid("PullRequest", f"The {branch} branch has no history in common with {base}")


@operation("pulls/get", "pull-requests:read", "contents:read")
def get_pull(call: Call) -> Answer:
    return Answer(200, call.world.pull(call.repository, call.pull))


@operation("pulls/list", "pull-requests:read")
def list_pulls(call: Call) -> Answer:
    query = call.query
    state, head = query.get("state", "open"), query.get("head", "")
    found = [
        each
        for each in call.repository.pulls.values()
        if state in ("all", each.state)
        and query.get("base") in (None, each.base)
        and (":" not in head or head == f"{each.head_repository.split('/')[0]}:{each.head}")
    ]
    sort = query.get("sort", "created")
    newest_first = query.get("direction", "desc" if sort == "created" else "asc") == "desc"
    found.sort(
        key=lambda each: (each.updated_at if sort == "updated" else "", each.number), reverse=newest_first
    )
    shapes = call.world.pulls(call.repository)
    return Answer(200, [shapes.simple(each) for each in found])


@operation("pulls/update", "pull-requests:write", role="read")
def update_pull(call: Call) -> Answer:
    pull, body = call.pull, call.body
    if (
        call.who.login != pull.login
        and call.who.kind == "user"
        and not call.repository.has_role(call.who, "write")
    ):
        raise not_found()
    check_length("PullRequest", "body", body.get("body"))
    if body.get("base") and call.repository.branch(body["base"]) is None:
        raise invalid("PullRequest", field="base", code="invalid")
    edited = {
        key: body[key] for key in ("title", "body", "base") if key in body and getattr(pull, key) != body[key]
    }
    for key, value in edited.items():
        setattr(pull, key, value)
    if "base" in edited:
        pull.base_sha = call.repository.branch(pull.base) or pull.base_sha
    pull.updated_at = moment()
    if edited:
        tell_pull(call.world, call.repository, call.who, "edited", pull, changes={key: {} for key in edited})
    change_state(call, pull, body.get("state", pull.state))
    return Answer(200, call.world.pull(call.repository, pull))


def change_state(call: Call, pull: Pull, state: str) -> None:
    """Close or reopen."""
    if state == pull.state:
        return
    if state == "closed":
        close(call.world, call.repository, call.who, pull)
        return
    check_reopening(call, pull)
    pull.state, pull.closed_at = "open", None
    pull.base_sha = call.repository.branch(pull.base) or pull.base_sha
    follow_head(call.world, call.repository, pull)
    tell_pull(call.world, call.repository, call.who, "reopened", pull)


def check_reopening(call: Call, pull: Pull) -> None:
    """Refuse to reopen what was merged, or whose branch is gone or was rewritten."""
    source = call.world.repositories[pull.head_repository]
    tip = source.branch(pull.head)
    if pull.merged:
        raise invalid("PullRequest", "state cannot be changed. The pull request was merged.", "state")
    if tip is None:
        why = f"state cannot be changed. The {pull.head} branch has been deleted."
        raise invalid("PullRequest", why, "state")
    if not source.history.is_ancestor(pull.head_sha, tip):
        why = f"state cannot be changed. The {pull.head} branch was force-pushed or recreated."
        raise invalid("PullRequest", why, "state")
    if twin(call.repository, pull.head_repository, pull.head, pull.base):
        why = f"state cannot be changed. There is already an open pull request from {pull.head}."
        raise invalid("PullRequest", why, "state")
    pull.head_sha = tip


@operation("pulls/list-files", "pull-requests:read")
def list_files(call: Call) -> Answer:
    pull, history = call.pull, call.repository.history
    start = history.merge_base(pull.base_sha, pull.head_sha) or ABSENT
    files = history.changes(start, pull.head_sha)
    return Answer(200, [call.commits.file(each, pull.head_sha) for each in files])


@operation("pulls/list-commits", "pull-requests:read")
def list_commits(call: Call) -> Answer:
    pull = call.pull
    names = call.repository.history.between(pull.base_sha, pull.head_sha)
    return Answer(200, [call.commits.commit(name) for name in names[:250]])
