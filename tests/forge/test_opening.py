"""Which forge is opened where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from runner.errors import InputError
from runner.forge import open_forge
from runner.forge.github.forge import GitHubForge
from runner.forge.local import LocalForge
from runner.settings import GitHubSettings, Settings


@pytest.fixture(autouse=True)
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_REPOSITORY", "GITHUB_TOKEN", "RUNNER_APP_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def test_outside_of_workflows_it_is_local(checkout: Callable[..., Any]) -> None:
    assert isinstance(open_forge(checkout().repository(), Settings()), LocalForge)


def test_in_a_workflow_it_is_github_with_the_labels_of_the_settings(
    checkout: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_REPOSITORY", "acme/demo")
    monkeypatch.setenv("GITHUB_TOKEN", "ghs_x")
    forge = open_forge(checkout().repository(), Settings(github=GitHubSettings(labels=("weights",))))
    assert isinstance(forge, GitHubForge)
    assert (forge.hub.name, forge.labels) == ("acme/demo", ("weights",))


def test_github_without_a_token_says_how_to_give_one(checkout: Callable[..., Any]) -> None:
    with pytest.raises(InputError, match="no token for GitHub"):
        open_forge(checkout().repository(), Settings(forge="github"))


def test_a_local_forge_has_no_threads(checkout: Callable[..., Any]) -> None:
    made = checkout()
    forge = open_forge(made.repository(), Settings(forge="local"))
    assert forge.base() == made.git("rev-parse", "HEAD")
    assert forge.thread(forge.base()) == ""
    forge.tell("pull/1", "topic", "text")
