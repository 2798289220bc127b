"""A clone whose origin is the loopback GitHub, and the forge that works in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.forge.base import Proposal, PullRequest
from runner.forge.github.client import GitHub, connect
from runner.forge.github.forge import GitHubForge
from runner.results.summary import Links
from tests.standins.github.hub import Hub

BRANCH = "runner/tune"
STARTED = 1_700_000_000.0


def page(links: Links) -> str:
    return f"**Verdict: pass.** It holds.\n\n[result.json]({links.folder}result.json)\n"


class Desk:
    """One who proposes, with a token of their own."""

    def __init__(self, hub: Hub, made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hub = hub
        self.made = made
        self._monkeypatch = monkeypatch
        self.labels: tuple[str, ...] = ()

    def act_with(self, token: str, *, in_workflow: bool = True) -> None:
        """From now on everything is done with this token."""
        settings = {**self.hub.environment(token), "GITHUB_ACTIONS": "true" if in_workflow else ""}
        for name, value in settings.items():
            self._monkeypatch.setenv(name, value)

    def client(self) -> GitHub:
        return connect(self.made.repository())

    def forge(self) -> GitHubForge:
        return GitHubForge(self.client(), self.made.repository(), self.labels)

    def propose(self, run: str = "r1", **changes: Any) -> PullRequest:
        forge = self.forge()
        return forge.propose(self.proposal(forge, run, **changes))

    def proposal(self, forge: GitHubForge, run: str = "r1", **changes: Any) -> Proposal:
        files: dict[str, bytes | Path] = {
            f"results/tune/{run}/summary.md": f"{run}\n".encode(),
            "data/w.toml": f"w = {run!r}\n".encode(),
        }
        plain: dict[str, Any] = {
            "job": "tune", "run": run, "title": f"tune: {run}", "page": page, "verdict": "pass",
            "verdict_line": "**Verdict: pass.** It holds.", "date": STARTED + int(run[1:]), "files": files,
        }  # fmt: skip
        return Proposal(**{"base": changes.get("base") or forge.base(), **plain, **changes})

    def parents(self, commit: str) -> list[str]:
        answer = self.hub.repository.git.run("rev-list", "--parents", "-n1", commit)
        return list(answer.split()[1:])

    def files(self, commit: str) -> list[str]:
        return self.hub.repository.git.run("ls-tree", "-r", "--name-only", commit).split()


@pytest.fixture
def desk(hub: Hub, checkout: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Acts as a workflow's own token."""
    made = checkout()
    hub.adopt(made.root)
    made.git("remote", "add", "origin", f"{hub.url}/{hub.name}.git")
    desk = Desk(hub, made, monkeypatch)
    desk.act_with(hub.job_token())
    return desk
