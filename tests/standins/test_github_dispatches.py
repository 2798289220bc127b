"""Starting workflows: inputs are those of the file on the ref."""

from collections.abc import Callable
from typing import Any

import pytest
from github import GithubException, UnknownObjectException
from github.Repository import Repository

from tests.standins.github.hub import Hub

WORKFLOW = """
on:
  workflow_dispatch:
    inputs:
      job: {type: string, required: true}
      backend: {type: choice, options: [local, modal], default: local}
      dry_run: {type: boolean, default: false}
  push: {branches: [main]}
jobs: {}
"""


@pytest.fixture
def launch(hub: Hub) -> None:
    files = {".github/workflows/launch.yml": WORKFLOW, ".github/workflows/ci.yml": "on: [push]\n"}
    hub.push("main", files)


def test_a_dispatch_starts_a_workflow_with_its_defaults(hub: Hub, bot: Repository, launch: None) -> None:
    assert bot.get_workflow("launch.yml").create_dispatch("main", {"job": "skirmish", "dry_run": True})
    event = hub.events[-1]
    assert (event.name, event.suppressed, event.sha, event.ref) == (
        "workflow_dispatch",
        False,
        hub.tip(),
        "refs/heads/main",
    )
    assert event.payload["inputs"] == {"job": "skirmish", "backend": "local", "dry_run": "true"}
    assert event.payload["workflow"] == ".github/workflows/launch.yml"


@pytest.mark.parametrize(
    ("workflow", "ref", "inputs", "told"),
    [
        ("launch.yml", "main", {}, "Required input 'job' not provided"),
        ("launch.yml", "main", {"job": "a", "jobs": "b"}, "Unexpected inputs provided: [jobs]"),
        (
            "launch.yml",
            "main",
            {"job": "a", "backend": "moon"},
            "Provided value 'moon' for input 'backend' not in the list of allowed values",
        ),
        ("launch.yml", "gone", {"job": "a"}, "No ref found for: gone"),
        ("ci.yml", "main", {}, "Workflow does not have 'workflow_dispatch' trigger"),
    ],
)
def test_a_dispatch_that_cannot_be_is_refused(
    hub: Hub, bot: Repository, launch: None, workflow: str, ref: str, inputs: dict[str, Any], told: str
) -> None:
    before = len(hub.events)
    with pytest.raises(GithubException) as refused:
        bot.get_workflow(workflow).create_dispatch(ref, inputs, throw=True)
    assert (refused.value.status, refused.value.data["message"]) == (422, told)
    assert len(hub.events) == before


def test_a_workflow_must_be_on_the_default_branch(hub: Hub, bot: Repository) -> None:
    hub.push("work", {".github/workflows/launch.yml": WORKFLOW})
    with pytest.raises(UnknownObjectException):
        bot.get_workflow("launch.yml")


def test_other_programs_start_workflows(hub: Hub, connect: Callable[..., Repository]) -> None:
    connect(hub.job_token()).create_repository_dispatch("launch", {"job": "skirmish"})
    event = hub.events[-1]
    assert (event.name, event.suppressed, event.sha) == ("repository_dispatch", False, hub.tip())
    assert event.payload["action"] == "launch"
    assert event.payload["client_payload"] == {"job": "skirmish"}
