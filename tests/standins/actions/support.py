"""What `act` in host mode cannot do: a workflow that needs it is refused, so that no test passes by it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.standins.actions.documents import text_list
from tests.standins.actions.jobs import Call, Leaf
from tests.standins.actions.mistakes import Unsupported
from tests.standins.actions.secrecy import EXPRESSION
from tests.standins.actions.uses import KNOWN, first_is_shim, texts

FILLED = """
action action_path action_ref action_repository actor api_url base_ref event event_name event_path graphql_url
head_ref job ref ref_name ref_type repository repository_owner retention_days run_attempt run_id run_number
server_url sha token workflow workspace
"""
NAMES = frozenset(FILLED.split())
"""The properties of `github` that `act` fills."""
OF_GITHUB = re.compile(r"\bgithub\.(\w+)")
OF_JOB = re.compile(r"\bjob\.(workflow_\w+)")


def check_leaf(leaf: Leaf) -> None:
    """Raises Unsupported for a job that would run differently here."""
    job = leaf.document
    for name in ("container", "services"):
        if name in job:
            raise Unsupported(leaf.place, f"{name}: there are no containers here")
    labels(leaf)
    if not first_is_shim(leaf.steps):
        raise Unsupported(leaf.place, "its first step must be an action with a stand-in, and without `if`")
    nested = len(leaf.path) > 1
    for step in leaf.steps:
        known = str(step.get("uses", "")).partition("@")[0] in KNOWN
        check_names(leaf.place, {name: value for name, value in step.items() if name != "with"}, nested)
        check_names(leaf.place, step.get("with") or {}, nested, of_job=known)
    rest = {name: value for name, value in job.items() if name not in ("steps", "concurrency", "environment")}
    check_names(leaf.place, rest, nested)
    check_names(leaf.place, leaf.workflow.document.get("env") or {}, nested)


def labels(leaf: Leaf) -> list[str]:
    """The labels of its runner."""
    found = text_list(leaf.document.get("runs-on"))
    for label in found:
        if not label.startswith("ubuntu-"):
            raise Unsupported(leaf.place, f"there is no runner {label!r} here, only ubuntu-…")
    return found


def check_names(place: str, value: Mapping[str, Any], nested: bool, of_job: bool = False) -> None:
    """Refuses context properties that `act` leaves empty."""
    for text in texts(value):
        expressions = EXPRESSION.findall(text)
        for expression in [*expressions, text] if text == value.get("if") else expressions:
            for name in OF_GITHUB.findall(expression):
                if name not in NAMES:
                    raise Unsupported(place, f"`act` does not know github.{name}")
                if nested and name == "workflow":
                    raise Unsupported(
                        place, "in a called workflow `act` says another github.workflow than GitHub"
                    )
            if not of_job and (found := OF_JOB.search(expression)):
                raise Unsupported(
                    place, f"`act` does not know job.{found[1]}; it is put right in actions' inputs only"
                )


def check_call(call: Call) -> None:
    """Raises Unsupported for groups of calls, which nobody here keeps."""
    place = f"{call.workflow.place}: job {call.path[-1]}"
    if "concurrency" in call.document:
        raise Unsupported(place, "concurrency of a job that calls a workflow is not kept here")
    if "concurrency" in call.target.document:
        raise Unsupported(
            call.target.place, "concurrency of a called workflow is not kept here; give it to its jobs"
        )
