"""Starting workflows by hand and from other programs."""

from __future__ import annotations

from typing import Any

import yaml

from tests.standins.github.operations import Answer, Call, operation
from tests.standins.github.payloads import tell_default
from tests.standins.github.references import read_reference
from tests.standins.github.refusals import Refusal, not_found
from tests.standins.github.repository import NUMBERS
from tests.standins.github.shapes import page
from tests.standins.github.workflow_files import FOLDER, triggers

LONGEST_PAYLOAD = 65535


@operation("actions/get-workflow", "actions:read")
def get_workflow(call: Call) -> Answer:
    name = call.parameters["workflow_id"]
    tip = call.repository.branch(call.repository.default_branch)
    if tip is None or triggers(call.repository, tip, name) is None:
        raise not_found()
    place = call.commits.url(f"/actions/workflows/{name}")
    return Answer(
        200,
        {
            "id": 1,
            "node_id": f"W_{name}",
            "name": name,
            "path": f"{FOLDER}/{name}",
            "state": "active",
            "url": place,
            "html_url": page(call.world.base_url, call.repository, f"/blob/main/{FOLDER}/{name}"),
            "badge_url": page(call.world.base_url, call.repository, f"/workflows/{name}/badge.svg"),
        },
    )


@operation("actions/create-workflow-dispatch", "actions:write")
def create_workflow_dispatch(call: Call) -> Answer:
    name, ref = call.parameters["workflow_id"], str(call.body["ref"])
    whole, sha = named(call, ref)
    default = call.repository.branch(call.repository.default_branch)
    if default is None or triggers(call.repository, default, name) is None:
        raise not_found()
    told = triggers(call.repository, sha, name)
    if told is None or "workflow_dispatch" not in told:
        raise Refusal(422, "Workflow does not have 'workflow_dispatch' trigger")
    declared = (told["workflow_dispatch"] or {}).get("inputs") or {}
    inputs = checked(declared, call.body.get("inputs") or {})
    payload = {"ref": whole, "inputs": inputs or None, "workflow": f"{FOLDER}/{name}"}
    call.world.emit(call.repository, call.who, "workflow_dispatch", payload, sha, whole)
    if not call.body.get("return_run_details"):
        return Answer(204)
    run = next(NUMBERS)
    web = page(call.world.base_url, call.repository, f"/actions/runs/{run}")
    api = call.commits.url(f"/actions/runs/{run}")
    return Answer(200, {"workflow_run_id": run, "run_url": api, "html_url": web})


def named(call: Call, ref: str) -> tuple[str, str]:
    """A branch or a tag by its short or whole name, and its commit."""
    for whole in (ref, f"refs/heads/{ref}", f"refs/tags/{ref}"):
        if sha := read_reference(call.repository.git, whole):
            return whole, sha
    raise Refusal(422, f"No ref found for: {ref}")


def checked(declared: dict[str, Any], given: dict[str, Any]) -> dict[str, str]:
    """The inputs that a workflow gets: those given, and defaults; texts all of them. Raises Refusal."""
    if unexpected := sorted(set(given) - set(declared)):
        raise Refusal(
            422, f"Unexpected inputs provided: {yaml.safe_dump(unexpected, default_flow_style=True).strip()}"
        )
    inputs: dict[str, str] = {}
    for name, about in declared.items():
        about = about or {}
        value = given.get(name)
        if value is None:
            value = about.get("default")
        if value in (None, "") and about.get("required"):
            raise Refusal(422, f"Required input '{name}' not provided")
        if value is not None:
            inputs[name] = checked_value(name, about, value)
    return inputs


def checked_value(name: str, about: dict[str, Any], value: Any) -> str:
    """One input as the text that it travels as."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    kind = about.get("type", "string")
    if kind == "choice" and text not in [str(each) for each in about.get("options", [])]:
        raise Refusal(422, f"Provided value '{text}' for input '{name}' not in the list of allowed values")
    if kind == "boolean" and text not in ("true", "false"):
        raise Refusal(422, f"Provided value '{text}' for input '{name}' is not a boolean")
    return text


@operation("repos/create-dispatch-event", "contents:write")
def create_dispatch_event(call: Call) -> Answer:
    payload = call.body.get("client_payload") or {}
    if len(str(payload)) > LONGEST_PAYLOAD:
        raise Refusal(422, "client_payload is too large.")
    told = {
        "action": call.body["event_type"],
        "branch": call.repository.default_branch,
        "client_payload": payload,
    }
    tell_default(call.world, call.repository, call.who, "repository_dispatch", told)
    return Answer(204)
