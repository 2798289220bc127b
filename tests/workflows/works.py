"""A repository on the loopback GitHub whose jobs run on the loopback Modal, and its workflows' steps."""

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from runner.backends import open_remote
from runner.forge.github.checkup import APPROVAL
from runner.ledger import Entry, Ledger
from runner.pipeline.workspace import Workspace, open_workspace
from runner.workflows.approving import VARIABLE
from runner.workflows.chatting import chat
from runner.workflows.collecting import collect_event
from runner.workflows.deploying import deploy_event
from runner.workflows.event import Event
from runner.workflows.launching import launch_event
from tests.conftest import Checkout
from tests.standins.github.hub import Hub
from tests.standins.github.world import Event as Happening
from tests.standins.modal.client import Plane

PATIENCE = 60.0
NUMBERS = count()
RUNS = count(100)
Approved = Sequence[str] | None
"""The manifests that a person was asked about, and agreed to."""


class Works:
    """The hub, the plane, and what a step of a workflow is given and leaves."""

    def __init__(self, hub: Hub, plane: Plane, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.hub = hub
        self.plane = plane
        self.prefix = f"works-{next(NUMBERS)}"
        self._folder = folder
        self._patch = patch
        self._checkouts = count()
        for name in ("RUNNER_INPUTS", "RUNNER_WEBHOOK_URL"):
            patch.delenv(name, raising=False)
        step = {"GITHUB_STEP_SUMMARY": str(folder / "summary.md"), "GITHUB_OUTPUT": str(folder / "output")}
        given = hub.environment(hub.job_token()) | step | {"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "ada"}
        for name, value in given.items():
            patch.setenv(name, value)
        hub.require_reviewers(APPROVAL, "ada")

    def settings(self, more: str = "") -> str:
        """The content of runner.toml."""
        return f'{more}\n[modal]\nprefix = "{self.prefix}"\n'

    def push(self, files: Mapping[str, str | bytes | None], branch: str = "main") -> Happening:
        """A person pushes; what GitHub says of it."""
        self.hub.push(branch, files)
        return self.hub.events[-1]

    def push_dated(self, date: str, files: Mapping[str, str]) -> None:
        """A person pushes a commit that was made long ago."""
        place = Checkout(self.checkout(self.hub.tip()))
        place.write(dict(files))
        place.git("add", "--all")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("GIT_COMMITTER_DATE", date)
            place.git("commit", "--quiet", "-m", "long ago")
        place.git("push", "--quiet", self.hub.clone_url(self.hub.token("ada")), "HEAD:main")

    def checkout(self, commit: str) -> Path:
        """What actions/checkout makes: one commit, no history, no credentials."""
        place = self._folder / f"checkout-{next(self._checkouts)}"
        place.mkdir()
        bare, url = str(self.hub.git_directory), f"{self.hub.url}/{self.hub.name}"
        for words in (
            ("init", "--quiet"),
            ("fetch", "--quiet", "--depth=1", f"file://{bare}", commit),
            ("checkout", "--quiet", "--detach", "FETCH_HEAD"),
            ("remote", "add", "origin", url),
        ):
            subprocess.run(["git", *words], cwd=place, check=True)
        return place

    def launch(self, told: Happening, *, approved: Approved = None, run: str = "", **inputs: Any) -> int:
        """The step of launch.yml, or that of its other job, for what a person agreed to."""
        self._clear(approved)
        event = self._event(told, inputs, run or str(next(RUNS)))
        return launch_event(self.checkout(told.sha), event, approved is not None)

    def by_hand(self, *, approved: Approved = None, run: str = "", **inputs: Any) -> int:
        """The step of launch.yml, for a person who starts it with inputs."""
        payload = {"repository": self.hub.events[-1].payload["repository"], "sender": {"login": "ada"}}
        told = Happening(
            "workflow_dispatch", payload, False, self.hub.name, self.hub.tip(), "refs/heads/main"
        )
        return self.launch(told, approved=approved, run=run, **inputs)

    def deploy(self, told: Happening, *, approved: Approved = None) -> int:
        """The step of deploy.yml, or that of its other job, for what a person agreed to."""
        self._clear(approved)
        event = self._event(told, {}, str(next(RUNS)))
        return deploy_event(self.checkout(told.sha), event, approved is not None)

    def collect(self, *, approved: Approved = None) -> int:
        """The step of collect.yml, or that of its other job, for what a person agreed to."""
        self._clear(approved)
        event = Event(name="schedule", payload={})
        return collect_event(self.checkout(self.hub.tip()), event, approved is not None)

    def comment(self, number: int, body: str, login: str = "ada") -> int:
        """Somebody comments on a pull request, and the step of chatops.yml; its exit code."""
        self.hub.comment(number, body, login)
        return self.hear(self.hub.events[-1])

    def hear(self, told: Happening) -> int:
        """The step of chatops.yml."""
        self._clear()
        return chat(self.checkout(self.hub.tip()), self._event(told, {}, "1"))

    def replies(self, number: int) -> list[str]:
        """What was replied on a pull request."""
        return [one.body for one in self.hub.comments_on(number) if one.login.endswith("[bot]")]

    def summary(self) -> str:
        """What the last step wrote for people."""
        path = self._folder / "summary.md"
        return path.read_text() if path.exists() else ""

    def waiting(self) -> list[str]:
        """The last step's output `waiting`."""
        lines = (self._folder / "output").read_text().splitlines()
        return list(json.loads(lines[1]))

    def entries(self) -> list[Entry]:
        """What the ledger says of all runs, oldest first."""
        return list(Ledger(self._watcher().repository).read().values())

    def await_end(self) -> None:
        """Waits until nothing works for any run."""
        deadline = time.monotonic() + PATIENCE
        while (
            any(one["app"].startswith(f"{self.prefix}-") for one in self.plane.containers())
            or not self._done()
        ):
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def _watcher(self) -> Workspace:
        """A checkout of the test's own."""
        place = self._folder / "watcher"
        if not place.exists():
            self.checkout(self.hub.tip()).rename(place)
        return open_workspace(place)

    def _done(self) -> bool:
        workspace = self._watcher()
        remote = open_remote("modal", workspace.settings, workspace.name)
        return not any(remote.drives(entry.driver) for entry in self.entries() if entry.state == "running")

    def _event(self, told: Happening, inputs: Mapping[str, Any], run: str) -> Event:
        texts = {name: str(value) for name, value in inputs.items()}
        return Event(
            name=told.name,
            payload=told.payload,
            inputs=texts,
            sha=told.sha,
            ref=told.ref,
            run_id=run,
            actor="ada",
        )

    def _clear(self, approved: Approved = None) -> None:
        for name in ("summary.md", "output"):
            (self._folder / name).unlink(missing_ok=True)
        self._patch.setenv(VARIABLE, "" if approved is None else json.dumps(approved))
