"""What GitHub says has happened: the event that started a workflow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from runner.errors import InputError
from runner.wording import printable

_FIX = "it is called by the files in .github/workflows; on a machine of your own use the other commands"

_OF_THE_FILES: Final = ("runner-repository", "runner-ref")
"""Inputs of the workflow files for their own steps: where the runner is taken from."""


class Event(Struct, frozen=True, kw_only=True):
    """One event, and the run of the workflow that it started.

    `payload` is GitHub's, in which people chose titles, branches and comments. `inputs` are what a
    person or a program asked for, by name, as text. `ref` is such as `refs/heads/main`; `run_id` is
    that of the workflow's run, and `attempt` counts its repetitions from 1.
    """

    name: str
    payload: dict[str, Any]
    inputs: dict[str, str] = {}
    sha: str = ""
    ref: str = ""
    run_id: str = ""
    actor: str = ""
    attempt: int = 1

    def at(self, *path: str) -> Any:
        """What stands at a path of the payload; None where it leads nowhere."""
        value: Any = self.payload
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def text(self, *path: str) -> str:
        """The text at a path of the payload; empty where there is none."""
        value = self.at(*path)
        return value if isinstance(value, str) else ""

    def number(self, *path: str) -> int:
        """The whole number at a path of the payload; 0 where there is none."""
        value = self.at(*path)
        return value if type(value) is int else 0


def read_event(environ: Mapping[str, str]) -> Event:
    """The event that GitHub's variables tell of. Raises InputError where there is none."""
    name, path = environ.get("GITHUB_EVENT_NAME", ""), environ.get("GITHUB_EVENT_PATH", "")
    if not name or not path:
        raise InputError("no-event", "this command runs only in a workflow of GitHub", fix=_FIX)
    payload = _payload(Path(path))
    attempt = environ.get("GITHUB_RUN_ATTEMPT", "")
    return Event(
        name=name,
        payload=payload,
        inputs=_inputs(environ.get("RUNNER_INPUTS", ""), payload),
        sha=environ.get("GITHUB_SHA", ""),
        ref=environ.get("GITHUB_REF", ""),
        run_id=environ.get("GITHUB_RUN_ID", ""),
        actor=environ.get("GITHUB_ACTOR", ""),
        attempt=int(attempt) if attempt.isdecimal() else 1,
    )


def _payload(path: Path) -> dict[str, Any]:
    try:
        payload = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise InputError("no-event", "the event's file cannot be read", place=str(path), fix=_FIX)
    return payload


def _inputs(context: str, payload: Mapping[str, Any]) -> dict[str, str]:
    """The inputs, from the first place that says anything.

    A workflow that is called has all its inputs, empty ones, whatever event its caller was started by.
    """
    try:
        given = json.loads(context) if context.strip() else None
    except (ValueError, RecursionError):
        raise InputError(
            "bad-input", "RUNNER_INPUTS is not JSON", fix="write ${{ toJSON(inputs) }}"
        ) from None
    for inputs in (given, payload.get("inputs"), payload.get("client_payload")):
        pairs = inputs.items() if isinstance(inputs, dict) else ()
        told = {str(name): _as_text(str(name), value) for name, value in pairs if name not in _OF_THE_FILES}
        if any(value not in ("", "false") for value in told.values()):
            return told
    return {}


def _as_text(name: str, value: Any) -> str:
    """An input as a person would write it: `true`, a number, one line for each item of a list."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return "\n".join(_as_text(name, item) for item in value)
    raise InputError(
        "bad-input",
        "the input must be text, a number, true or false, or a list of these",
        place=printable(name)[:100],
        fix="write several values as one text, each on a line of its own",
    )
