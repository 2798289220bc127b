"""The inputs of dispatches and of called workflows: what GitHub checks and `act` does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.standins.actions.documents import Workflow, text_list
from tests.standins.actions.expressions import Unknown
from tests.standins.actions.functions import as_text
from tests.standins.actions.mistakes import Mistake

DISPATCH_TYPES = ("string", "boolean", "choice", "number", "environment")
CALL_TYPES = ("string", "boolean", "number")
MOST_INPUTS = 25


def declared(workflow: Workflow, event: str) -> Mapping[str, Mapping[str, Any]]:
    """The inputs that a trigger declares, checked."""
    inputs = (workflow.triggers.get(event) or {}).get("inputs") or {}
    if event == "workflow_dispatch" and len(inputs) > MOST_INPUTS:
        raise Mistake(workflow.place, f"a dispatch has at most {MOST_INPUTS} inputs")
    allowed = DISPATCH_TYPES if event == "workflow_dispatch" else CALL_TYPES
    for name, said in inputs.items():
        kind = (said or {}).get("type", "string" if event == "workflow_dispatch" else None)
        if kind not in allowed:
            raise Mistake(workflow.place, f"input {name} needs one of the types {', '.join(allowed)}")
    return {str(name): said or {} for name, said in inputs.items()}


def dispatched(workflow: Workflow, given: Mapping[str, Any]) -> dict[str, Any]:
    """The `inputs` context of a dispatch; Mistake where GitHub's API answers 422."""
    inputs = declared(workflow, "workflow_dispatch")
    if unknown := set(given) - set(inputs):
        raise Mistake(workflow.place, f"Unexpected inputs provided: {sorted(unknown)}")
    values = {}
    for name, said in inputs.items():
        value = given.get(name)
        if value in (None, "") and said.get("required") and said.get("default") in (None, ""):
            raise Mistake(workflow.place, f"Required input '{name}' not provided")
        value = (
            said.get("default", False if said.get("type") == "boolean" else "") if value is None else value
        )
        values[name] = typed(f"{workflow.place}: input {name}", said, value)
    return values


def typed(place: str, said: Mapping[str, Any], value: Any) -> Any:
    """A value in its input's type; Mistake for one that the type does not have."""
    kind, text = said.get("type", "string"), as_text(value)
    if kind == "boolean":
        if text not in ("true", "false"):
            raise Mistake(place, f"{text!r} is neither true nor false")
        return text == "true"
    if kind == "number" and text:
        try:
            return float(text)
        except ValueError as error:
            raise Mistake(place, f"{text!r} is not a number") from error
    if kind == "choice" and text and text not in text_list(said.get("options")):
        raise Mistake(place, f"{text!r} is none of {text_list(said.get('options'))}")
    return text


def called(workflow: Workflow, caller: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The `inputs` context of a called workflow; values that are not known yet stay `Unknown`."""
    inputs = declared(workflow, "workflow_call")
    if unknown := set(given) - set(inputs):
        raise Mistake(caller, f"{workflow.path} has no input {', '.join(sorted(unknown))}")
    values: dict[str, Any] = {}
    empty = {"boolean": False, "number": 0, "string": ""}
    for name, said in inputs.items():
        if name not in given:
            if said.get("required"):
                raise Mistake(caller, f"{workflow.path} requires the input {name}")
            values[name] = said.get("default", empty[said["type"]])
        elif isinstance(given[name], Unknown):
            values[name] = given[name]
        else:
            values[name] = checked_call(f"{caller}: input {name}", said["type"], given[name])
    return values


def checked_call(place: str, kind: str, value: Any) -> Any:
    """Calls do not turn strings into booleans or numbers: GitHub refuses them."""
    fits = {
        "boolean": isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "string": not isinstance(value, dict | list),
    }
    if not fits[kind]:
        raise Mistake(place, f"{value!r} is no {kind}")
    return as_text(value) if kind == "string" else value


def called_secrets(workflow: Workflow, caller: str, given: Any) -> None:
    """Checks the secrets that a job hands to the workflow that it calls."""
    known = (workflow.triggers.get("workflow_call") or {}).get("secrets") or {}
    if given == "inherit":
        return
    given = given or {}
    if unknown := set(given) - set(known):
        raise Mistake(caller, f"{workflow.path} declares no secret {', '.join(sorted(unknown))}")
    for name, said in known.items():
        if (said or {}).get("required") and name not in given:
            raise Mistake(caller, f"{workflow.path} requires the secret {name}")
