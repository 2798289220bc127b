"""What stops a test: mistakes that GitHub would find, and what these tests could not show."""

from __future__ import annotations

import pytest

from tests.standins.actions.conftest import PINS, Make, job, workflow
from tests.standins.actions.mistakes import Mistake, Unsupported
from tests.standins.github.hub import Hub

CHECKOUT = PINS["CHECKOUT"]


@pytest.mark.parametrize(
    ("one", "error", "reason"),
    [
        (job(first="uses: actions/checkout@v7"), Mistake, "actions/checkout@v7 is not pinned"),
        (job(first=f"uses: {CHECKOUT}, with: {{fetch-dept: 0}}"), Mistake, "has no input fetch-dept"),
        (job(first="run: echo"), Unsupported, "first step must be an action"),
        (job(first=f"uses: {CHECKOUT}, if: 'true'"), Unsupported, "without `if`"),
        (job(container="debian"), Unsupported, "no containers"),
        (job(permissions="{content: read}"), Mistake, "no permission content"),
        (job("echo ${{ github.workflow_sha }}"), Unsupported, "does not know github.workflow_sha"),
        (job("echo ${{ job.workflow_sha }}"), Unsupported, "does not know job.workflow_sha"),
        (job("echo ${{ toJSON(secrets) }}"), Unsupported, "all secrets at once"),
        (job(**{"if": "secrets.KEY != null"}), Mistake, "no secrets in `if`"),
        (job().replace("ubuntu-latest", "macos-latest"), Unsupported, "no runner 'macos-latest'"),
        (job(needs="nobody"), Mistake, "act does not run it"),
        (job(stepps="[]"), Mistake, "act does not run it"),
    ],
)
def test_a_workflow_is_refused(hub: Hub, make: Make, one: str, error: type[Exception], reason: str) -> None:
    actions = make({"a.yml": workflow("push", {"one": one})})
    hub.push("main", {"data.txt": "new"})
    with pytest.raises(error, match=reason):
        actions.run_all()


def test_an_action_without_a_stand_in_is_named(hub: Hub, make: Make) -> None:
    unknown = "docker/login-action@" + "0" * 40
    actions = make({"a.yml": workflow("push", {"one": job(first=f"uses: {CHECKOUT}}}, {{uses: {unknown}")})})
    hub.push("main", {"data.txt": "new"})
    with pytest.raises(Mistake, match="there is no stand-in for docker/login-action"):
        actions.run_all()


def test_secrets_are_long_enough_to_be_found(make: Make) -> None:
    with pytest.raises(ValueError, match="value of KEY is too short"):
        make({}, secrets={"KEY": "x"})
