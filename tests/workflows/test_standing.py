"""Where services stand whose manifests a pull request takes away."""

import json

import pytest

from runner.errors import InputError
from runner.workflows.event import Event
from runner.workflows.standing import standing
from tests.workflows.services import begin, take_away
from tests.workflows.works import Works


def test_a_pull_request_that_takes_a_manifest_away_is_told_where_the_service_stands(works: Works) -> None:
    works.deploy(begin(works, "web"))
    number = take_away(works, "web")
    pull = works.hub.pulls[number]
    head = {"id": 1, "full_name": "acme/demo", "owner": {"login": "acme"}}
    run = {"head_sha": pull.head_sha, "head_branch": "topic", "head_repository": head}
    payload = {"workflow_run": run, "repository": {"default_branch": "main"}}
    event = Event(name="workflow_run", payload=payload)
    names = json.dumps(["web", "other", "../x", 7])
    assert standing(works.checkout(works.hub.tip()), event, {"RUNNER_REMOVED": names}) == 0
    (reply,) = works.replies(number)
    assert "### `web` stands at [" in reply
    assert "```text\n/remove web\n```" in reply
    with pytest.raises(InputError, match="no list of services"):
        standing(works.checkout(works.hub.tip()), event, {"RUNNER_REMOVED": "{"})
