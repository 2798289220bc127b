"""Statuses of commits, and check runs."""

from __future__ import annotations

from tests.standins.github.commits import read_commit
from tests.standins.github.operations import Answer, Call, operation
from tests.standins.github.refusals import Refusal, check_length, invalid, not_found
from tests.standins.github.repository import NUMBERS
from tests.standins.github.shapes import repository_shape
from tests.standins.github.state import CheckRun, Status, moment

MOST_STATUSES = 1000
MOST_ANNOTATIONS = 50
LONGEST_DESCRIPTION = 140
LONGEST_OUTPUT = 65535
KEPT = ("name", "status", "conclusion", "external_id", "details_url", "started_at", "completed_at")


@operation("repos/create-commit-status", "statuses:write")
def create_status(call: Call) -> Answer:
    sha, body, repository = call.parameters["sha"], call.body, call.repository
    if read_commit(repository.git, sha) is None:
        raise Refusal(422, f"No commit found for SHA: {sha}")
    check_length("Status", "description", body.get("description"), LONGEST_DESCRIPTION)
    context = body.get("context", "default")
    same = [each for each in repository.statuses if (each.sha, each.context) == (sha, context)]
    if len(same) >= MOST_STATUSES:
        raise invalid("Status", "This SHA and context has reached the maximum number of statuses.")
    target = body.get("target_url") or None
    if target and not target.startswith(("http://", "https://")):
        raise invalid("Status", "target_url must use http(s) scheme", "target_url")
    status = Status(
        next(NUMBERS), sha, body["state"], context, body.get("description"), target, call.who.login
    )
    repository.statuses.append(status)
    return Answer(201, call.commits.status(status))


def resolved(call: Call) -> str:
    """The commit that is meant."""
    sha = call.repository.resolve(call.parameters["ref"])
    if sha is None:
        raise Refusal(422, f"No commit found for SHA: {call.parameters['ref']}")
    return sha


@operation("repos/get-combined-status-for-ref", "statuses:read")
def get_combined_status(call: Call) -> Answer:
    sha = resolved(call)
    last = {each.context: each for each in call.repository.statuses if each.sha == sha}
    states = {each.state for each in last.values()}
    if states & {"failure", "error"}:
        state = "failure"
    else:
        state = "pending" if "pending" in states or not states else "success"
    told = {
        "state": state,
        "sha": sha,
        "total_count": len(last),
        "statuses": [call.commits.status(each, simple=True) for each in last.values()],
        "commit_url": call.commits.url(f"/commits/{sha}"),
        "url": call.commits.url(f"/commits/{sha}/status"),
        "repository": repository_shape(call.world.base_url, call.repository),
    }
    return Answer(200, told, listed="statuses")


@operation("repos/list-commit-statuses-for-ref", "statuses:read")
def list_statuses(call: Call) -> Answer:
    sha = resolved(call)
    told = [each for each in reversed(call.repository.statuses) if each.sha == sha]
    return Answer(200, [call.commits.status(each) for each in told])


@operation("checks/create", "checks:write")
def create_check(call: Call) -> Answer:
    if call.who.kind == "user":
        raise Refusal(403, "You must authenticate via a GitHub App.")
    body = call.body
    if read_commit(call.repository.git, body["head_sha"]) is None:
        raise Refusal(422, f"No commit found for SHA: {body['head_sha']}")
    check = CheckRun(next(NUMBERS), body["name"], body["head_sha"], "queued", None, call.who.login)
    change(check, body)
    call.repository.checks[check.id] = check
    return Answer(201, call.commits.check(check))


def change(check: CheckRun, body: dict[str, object]) -> None:
    """Change a check run as a request says; a conclusion completes it."""
    output = body.get("output") or {}
    assert isinstance(output, dict)
    for key in ("summary", "text"):
        check_length("CheckRun", key, output.get(key), LONGEST_OUTPUT)
    annotations = output.get("annotations", [])
    if len(annotations) > MOST_ANNOTATIONS:
        raise Refusal(
            422,
            f"Invalid request.\n\nNo more than {MOST_ANNOTATIONS} items are allowed; got {len(annotations)}.",
        )
    for key in KEPT:
        if key in body:
            setattr(check, key, body[key])
    for key in ("title", "summary", "text"):
        if key in output:
            setattr(check, key, output[key])
    check.annotations += len(annotations)
    check.started_at = check.started_at or moment()
    if check.conclusion:
        check.status, check.completed_at = "completed", check.completed_at or moment()


@operation("checks/update", "checks:write")
def update_check(call: Call) -> Answer:
    check = found(call)
    if check.login != call.who.login:
        raise Refusal(
            403, "Invalid app_id `0` - check run can only be modified by the GitHub App that created it."
        )
    change(check, call.body)
    return Answer(200, call.commits.check(check))


def found(call: Call) -> CheckRun:
    """The check run that is meant."""
    number = call.parameters["check_run_id"]
    check = call.repository.checks.get(int(number)) if number.isdecimal() else None
    if check is None:
        raise not_found()
    return check


@operation("checks/get", "checks:read")
def get_check(call: Call) -> Answer:
    return Answer(200, call.commits.check(found(call)))


@operation("checks/list-for-ref", "checks:read")
def list_checks(call: Call) -> Answer:
    sha = resolved(call)
    wanted = call.query.get("check_name")
    every = [each for each in call.repository.checks.values() if each.sha == sha]
    told = [call.commits.check(each) for each in every if wanted in (None, each.name)]
    return Answer(200, {"total_count": len(told), "check_runs": told}, listed="check_runs")
