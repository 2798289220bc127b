import json
from pathlib import Path

import pytest

from runner.errors import InputError
from runner.workflows.event import read_event


def environ(folder: Path, payload: object, **variables: str) -> dict[str, str]:
    (folder / "event.json").write_text(json.dumps(payload))
    return {"GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(folder / "event.json"), **variables}


def test_the_event_and_its_run_are_read(tmp_path: Path) -> None:
    about = {
        "GITHUB_SHA": "a" * 40,
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_RUN_ID": "12",
        "GITHUB_ACTOR": "ada",
        "GITHUB_RUN_ATTEMPT": "2",
    }
    event = read_event(environ(tmp_path, {"before": "b" * 40}, **about))
    assert (event.name, event.sha, event.ref, event.run_id) == ("push", "a" * 40, "refs/heads/main", "12")
    assert (event.actor, event.attempt, event.text("before"), event.inputs) == ("ada", 2, "b" * 40, {})


def test_a_path_that_leads_to_something_else_is_empty(tmp_path: Path) -> None:
    event = read_event(environ(tmp_path, {"pull_request": {"number": True, "head": None, "title": 3}}))
    assert event.text("pull_request", "head", "sha") == event.text("pull_request", "title") == ""
    assert event.number("pull_request", "number") == event.number("pull_request", "id") == 0


@pytest.mark.parametrize(
    ("payload", "context"),
    [
        ({}, '{"job": "train", "count": 3, "dry_run": true, "only": null}'),
        ({"inputs": {"job": "train", "count": 3, "dry_run": True, "only": None}}, "null"),
        ({"client_payload": {"job": "train", "count": 3, "dry_run": True, "only": None}}, "{}"),
    ],
)
def test_inputs_are_text_wherever_they_come_from(
    payload: dict[str, object], context: str, tmp_path: Path
) -> None:
    event = read_event(environ(tmp_path, payload, RUNNER_INPUTS=context))
    assert event.inputs == {"job": "train", "count": "3", "dry_run": "true", "only": ""}


@pytest.mark.parametrize("source", ["inputs", "client_payload"])
def test_the_empty_inputs_of_a_called_workflow_do_not_hide_those_of_the_event(
    source: str, tmp_path: Path
) -> None:
    context = '{"job": "", "dry_run": false, "runner-repository": "our-team/runner", "runner-ref": "v1"}'
    event = read_event(environ(tmp_path, {source: {"job": "train"}}, RUNNER_INPUTS=context))
    assert event.inputs == {"job": "train"}


def test_a_list_of_a_program_is_a_line_for_each_item(tmp_path: Path) -> None:
    event = read_event(environ(tmp_path, {"client_payload": {"overrides": ["spec.seed=7", "a=b"]}}))
    assert event.inputs == {"overrides": "spec.seed=7\na=b"}


@pytest.mark.parametrize("value", [{"a": 1}, [["a"]], [{"a": 1}]])
def test_an_input_with_structure_is_refused(value: object, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="job: the input must be text"):
        read_event(environ(tmp_path, {"client_payload": {"job": value}}))


@pytest.mark.parametrize("content", ["", "[]", "{", "[" * 100_000])
def test_an_event_that_cannot_be_read_is_refused(content: str, tmp_path: Path) -> None:
    about = environ(tmp_path, {})
    (tmp_path / "event.json").write_text(content)
    with pytest.raises(InputError, match="the event's file cannot be read"):
        read_event(about)


def test_outside_of_a_workflow_the_other_commands_are_named() -> None:
    with pytest.raises(InputError) as caught:
        read_event({})
    assert "use the other commands" in caught.value.fix
