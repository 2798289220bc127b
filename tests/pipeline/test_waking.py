"""A finished run tells GitHub, which has it collected; nobody but what drives the run has the token."""

from __future__ import annotations

import time

import pytest

from tests.pipeline.office import PATIENCE, Office, job
from tests.standins.github.hub import Hub

TELLING = "[sh, -c, 'env > \"$RUNNER_OUTPUT_DIR/seen\"; echo said']"


@pytest.fixture
def at_github(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """The loopback GitHub, which this process knows as its own."""
    monkeypatch.setenv("GITHUB_API_URL", hub.url)
    monkeypatch.setenv("GITHUB_SERVER_URL", hub.url)
    monkeypatch.setenv("GITHUB_REPOSITORY", "acme/demo")
    return hub


def told(hub: Hub) -> list[str]:
    """The runs that are said to have finished."""
    events = [one for one in hub.events if one.name == "repository_dispatch"]
    assert {one.payload["action"] for one in events} <= {"runner-finished"}
    return [one.payload["client_payload"]["run"] for one in events]


def test_a_run_tells_github_when_it_has_finished(office: Office, at_github: Hub) -> None:
    token = at_github.token("ada")
    office.plane.secret("for-github", {"WAKE_TOKEN": token})
    office.open(
        job("greet", TELLING),
        settings='[github]\nwake = "WAKE_TOKEN"\n[modal.secrets]\nWAKE_TOKEN = "for-github"',
    )
    run = office.launch("greet")
    deadline = time.monotonic() + PATIENCE
    while not told(at_github):
        assert time.monotonic() < deadline
        time.sleep(0.05)

    home = office.home(run)

    assert told(at_github) == [run]
    assert home.state == "succeeded"
    files = [path for path in office.here.state_directory.rglob("*") if path.is_file()]
    assert any(path.name == "seen" for path in files)
    assert not [path for path in files if token.encode() in path.read_bytes()]


def test_a_run_that_cannot_tell_is_none_the_worse(office: Office, at_github: Hub) -> None:
    office.plane.secret("WAKE_TOKEN", {"WAKE_TOKEN": "ghp_unknown"})
    office.open(job("greet"), settings='[github]\nwake = "WAKE_TOKEN"')
    assert office.home(office.launch("greet")).state == "succeeded"
    assert told(at_github) == []
