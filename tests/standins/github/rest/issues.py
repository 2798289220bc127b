"""Pull requests as issues: their labels and assignees."""

from __future__ import annotations

from tests.standins.github.operations import Answer, Call, operation
from tests.standins.github.payloads import tell_pull
from tests.standins.github.refusals import Refusal, check_length, invalid, not_found
from tests.standins.github.repository import NUMBERS, Repository
from tests.standins.github.rest.pulls import change_state
from tests.standins.github.state import Label, Pull, moment

READ = ("issues:read", "pull-requests:read")
WRITE = ("issues:write", "pull-requests:write")
MOST_ASSIGNEES = 10


@operation("issues/get", *READ)
def get_issue(call: Call) -> Answer:
    return Answer(200, call.world.issue(call.repository, call.pull))


@operation("issues/update", *WRITE)
def update_issue(call: Call) -> Answer:
    pull, body = call.pull, call.body
    check_length("Issue", "body", body.get("body"))
    if unknown := [login for login in body.get("assignees", []) if not assignable(call.repository, login)]:
        raise invalid("Issue", field="assignees", code="invalid", value=unknown[0])
    edited = {key: body[key] for key in ("title", "body") if key in body and getattr(pull, key) != body[key]}
    for key, value in edited.items():
        setattr(pull, key, value)
    pull.updated_at = moment()
    if edited:
        tell_pull(call.world, call.repository, call.who, "edited", pull, changes={key: {} for key in edited})
    if "assignees" in body:
        pull.assignees = []
        assign(call, pull, body["assignees"])
    if "labels" in body:
        pull.labels = []
        add(call, pull, names(body))
    change_state(call, pull, body.get("state", pull.state))
    return Answer(200, call.world.issue(call.repository, pull))


def assignable(repository: Repository, login: str) -> bool:
    """Whether an issue can be somebody's."""
    return repository.roles.get(login, "none") != "none"


def assign(call: Call, pull: Pull, logins: list[str]) -> None:
    """Make a pull request somebody's; strangers are left out, as GitHub does."""
    for login in logins:
        if login not in pull.assignees and assignable(call.repository, login):
            pull.assignees.append(login)
            assignee = call.world.pulls(call.repository).simple(pull)["assignees"][-1]
            tell_pull(call.world, call.repository, call.who, "assigned", pull, assignee=assignee)


@operation("issues/add-assignees", *WRITE)
def add_assignees(call: Call) -> Answer:
    pull = call.pull
    told = call.body.get("assignees", [])
    if len(set(pull.assignees) | set(told)) > MOST_ASSIGNEES:
        raise invalid("Issue", f"assignees is too long (maximum is {MOST_ASSIGNEES})", "assignees")
    assign(call, pull, told)
    return Answer(201, call.world.issue(call.repository, pull))


@operation("issues/remove-assignees", *WRITE)
def remove_assignees(call: Call) -> Answer:
    pull = call.pull
    pull.assignees = [login for login in pull.assignees if login not in call.body.get("assignees", [])]
    return Answer(200, call.world.issue(call.repository, pull))


def names(body: object) -> list[str]:
    """The labels that a request names: in an object or bare, as texts or as objects."""
    told = body.get("labels", []) if isinstance(body, dict) else body or []
    assert isinstance(told, list)
    return [each if isinstance(each, str) else each["name"] for each in told]


def make_label(
    repository: Repository, name: str, color: str = "ededed", description: str | None = None
) -> Label:
    """A new label of the repository."""
    if len(name) > 50:
        raise invalid("Label", "name is too long (maximum is 50 characters)", "name")
    label = Label(next(NUMBERS), name, color.lower(), description)
    repository.labels[name.lower()] = label
    return label


def add(call: Call, pull: Pull, labels: list[str]) -> None:
    """Put labels on a pull request; those that the repository lacks are made."""
    for name in labels:
        label = call.repository.labels.get(name.lower()) or make_label(call.repository, name)
        if label.name not in pull.labels:
            pull.labels.append(label.name)
            shape = call.commits.label(label)
            tell_pull(call.world, call.repository, call.who, "labeled", pull, label=shape)


@operation("issues/add-labels", *WRITE)
def add_labels(call: Call) -> Answer:
    add(call, call.pull, names(call.body))
    return Answer(200, call.world.pulls(call.repository).labels(call.pull))


@operation("issues/set-labels", *WRITE)
def set_labels(call: Call) -> Answer:
    call.pull.labels = []
    return add_labels(call)


@operation("issues/remove-label", *WRITE)
def remove_label(call: Call) -> Answer:
    pull, name = call.pull, call.parameters["name"]
    kept = [each for each in pull.labels if each.lower() != name.lower()]
    if len(kept) == len(pull.labels):
        raise Refusal(404, "Label does not exist")
    pull.labels = kept
    shape = call.commits.label(call.repository.labels[name.lower()])
    tell_pull(call.world, call.repository, call.who, "unlabeled", pull, label=shape)
    return Answer(200, call.world.pulls(call.repository).labels(pull))


@operation("issues/list-labels-on-issue", *READ)
def list_labels(call: Call) -> Answer:
    return Answer(200, call.world.pulls(call.repository).labels(call.pull))


@operation("issues/list-labels-for-repo", *READ)
def list_repository_labels(call: Call) -> Answer:
    return Answer(200, [call.commits.label(each) for each in call.repository.labels.values()])


@operation("issues/create-label", *WRITE)
def create_label(call: Call) -> Answer:
    name = call.body["name"]
    if name.lower() in call.repository.labels:
        raise invalid("Label", field="name", code="already_exists")
    color, description = call.body.get("color", "ededed"), call.body.get("description")
    return Answer(201, call.commits.label(make_label(call.repository, name, color, description)))


@operation("issues/get-label", *READ)
def get_label(call: Call) -> Answer:
    found = call.repository.labels.get(call.parameters["name"].lower())
    if found is None:
        raise not_found()
    return Answer(200, call.commits.label(found))
