"""Merging pull requests, asking for reviews."""

from __future__ import annotations

from tests.standins.github.merging import merge_commit, try_merge
from tests.standins.github.moving import BRANCHES, follow, settle
from tests.standins.github.operations import Answer, Call, operation
from tests.standins.github.payloads import tell_pull
from tests.standins.github.references import move_references
from tests.standins.github.refusals import Refusal, invalid, not_found
from tests.standins.github.state import moment
from tests.standins.github.workflow_files import check_workflow_files

NO_COLLABORATOR = (
    "Reviews may only be requested from collaborators. One or more of the users or teams you specified is "
    "not a collaborator of the {name} repository."
)


@operation("pulls/merge", "contents:write")
def merge(call: Call) -> Answer:
    pull, repository, body = call.pull, call.repository, call.body or {}
    method = body.get("merge_method", "merge")
    if method == "rebase":
        raise Refusal(405, "Rebase merges are not allowed on this repository.")
    if body.get("sha") and body["sha"] != pull.head_sha:
        raise Refusal(409, "Head branch was modified. Review and try the merge again.")
    if pull.draft:
        raise Refusal(405, "Pull Request is still a draft")
    if not try_merge(repository, pull).mergeable:
        raise Refusal(405, "Pull Request is not mergeable")
    check_workflow_files(repository, call.who, pull.head_sha)
    tip = repository.branch(pull.base)
    assert tip is not None
    sha = merge_commit(
        repository, pull, method, call.who, body.get("commit_title"), body.get("commit_message")
    )
    ref = BRANCHES + pull.base
    move_references(repository.git, {ref: (tip, sha)})
    settle(pull, call.who, sha)
    follow(call.world, repository, call.who, ref, tip, sha)
    tell_pull(call.world, repository, call.who, "closed", pull)
    return Answer(200, {"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


@operation("pulls/check-if-merged", "pull-requests:read")
def check_if_merged(call: Call) -> Answer:
    if not call.pull.merged:
        raise not_found()
    return Answer(204)


@operation("pulls/request-reviewers", "pull-requests:write")
def request_reviewers(call: Call) -> Answer:
    pull, repository = call.pull, call.repository
    people, teams = call.body.get("reviewers", []), call.body.get("team_reviewers", [])
    if pull.login in people:
        raise Refusal(422, "Review cannot be requested from pull request author.")
    strangers = [login for login in people if repository.roles.get(login, "none") == "none"]
    if strangers or not repository.teams.issuperset(teams):
        raise Refusal(422, NO_COLLABORATOR.format(name=repository.name))
    if not people and not teams:
        raise invalid("PullRequest", "reviewers or team_reviewers is missing")
    pull.updated_at = moment()
    for login in people:
        if login not in pull.reviewers:
            pull.reviewers.append(login)
            asked = call.world.pulls(repository).simple(pull)["requested_reviewers"][-1]
            tell_pull(call.world, repository, call.who, "review_requested", pull, requested_reviewer=asked)
    pull.team_reviewers += [slug for slug in teams if slug not in pull.team_reviewers]
    return Answer(201, call.world.pulls(repository).simple(pull))
