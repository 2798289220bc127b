"""What a person agreed to, and whether GitHub asked anybody."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import InputError, ProviderError
from runner.forge.github.checkup import APPROVAL
from runner.workflows.approving import VARIABLE, approved_manifests, read_list
from tests.conftest import Checkout
from tests.standins.github.hub import Hub
from tests.workflows.works import Works

LISTED = '["jobs/a.yaml", "jobs/b.yml"]'
HOSTILE = (
    "", "null", "jobs/a.yaml", '"jobs/a.yaml"', '{"jobs/a.yaml": true}', "[1]", '["jobs/a.yaml", null]',
    '[""]', '["/jobs/a.yaml"]', '["../jobs/a.yaml"]', "[" * 100_000, '["jobs/a.yaml"',
)  # fmt: skip


@pytest.fixture
def place(checkout: Callable[..., Checkout]) -> Path:
    """A repository that a workflow has checked out."""
    return checkout().root


def told(hub: Hub, token: str, listed: str = LISTED) -> Mapping[str, str]:
    """What a job has in its environment."""
    return {**hub.environment(token), VARIABLE: listed, "GITHUB_ACTIONS": "true"}


def looking(hub: Hub) -> str:
    """The token of the job that waits, with what it needs to look at its environment."""
    return hub.job_token({"actions": "read"})


def test_what_was_listed_is_approved_where_somebody_was_asked(hub: Hub, place: Path) -> None:
    hub.require_reviewers(APPROVAL, "ada", "grace")
    assert approved_manifests(place, told(hub, looking(hub))) == {"jobs/a.yaml", "jobs/b.yml"}
    assert hub.calls() == ["repos/get-environment"]


@pytest.mark.parametrize("reviewers", [None, []])
def test_an_environment_that_asks_nobody_approves_nothing(
    hub: Hub, place: Path, reviewers: list[str] | None
) -> None:
    if reviewers is not None:
        hub.require_reviewers(APPROVAL, *reviewers)
    with pytest.raises(InputError, match="nobody is asked for an approval") as refused:
        approved_manifests(place, told(hub, looking(hub)))
    assert refused.value.place == "environment runner-approval"
    assert "Settings → Environments → runner-approval → Required reviewers" in refused.value.fix


@pytest.mark.parametrize("listed", HOSTILE)
def test_without_a_list_of_manifests_nobody_knows_what_was_approved(
    hub: Hub, place: Path, listed: str
) -> None:
    hub.require_reviewers(APPROVAL, "ada")
    with pytest.raises(InputError, match="no list of the manifests that a person has agreed to") as refused:
        approved_manifests(place, told(hub, looking(hub), listed))
    assert refused.value.place == VARIABLE
    assert hub.calls() == []


@given(st.lists(st.text(min_size=1).filter(lambda path: path[0] != "/" and ".." not in path)))
def test_every_path_that_may_wait_may_be_approved(paths: list[str]) -> None:
    assert read_list(json.dumps(paths)) == set(paths)


def test_it_is_asked_with_the_token_of_the_job_as_an_app_may_lack_the_right(hub: Hub, place: Path) -> None:
    hub.require_reviewers(APPROVAL, "ada")
    app = hub.token("runner[bot]", "app", {"contents": "write"})
    assert approved_manifests(place, {**told(hub, looking(hub)), "RUNNER_APP_TOKEN": app})
    with pytest.raises(InputError, match="there is no token"):
        approved_manifests(place, told(hub, app))


def test_a_job_that_may_not_look_is_told_which_permission_it_lacks(hub: Hub, place: Path) -> None:
    hub.require_reviewers(APPROVAL, "ada")
    with pytest.raises(ProviderError, match="could not look at the environment runner-approval") as refused:
        approved_manifests(place, told(hub, hub.job_token({"contents": "write"})))
    assert "`actions: read`" in refused.value.fix


def test_where_nobody_was_asked_neither_verb_does_anything(works: Works) -> None:
    pushed = works.push({"runner.toml": works.settings()})
    works.hub.require_reviewers(APPROVAL)
    seen = len(works.hub.requests)
    with pytest.raises(InputError, match="nobody is asked"):
        works.launch(pushed, approved=["jobs/dear.yaml"])
    with pytest.raises(InputError, match="nobody is asked"):
        works.collect(approved=["jobs/dear.yaml"])
    assert [each.operation for each in works.hub.requests[seen:]] == ["repos/get-environment"] * 2
