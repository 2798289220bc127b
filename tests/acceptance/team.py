"""A team on the loopback GitHub: this repository and its workflows, whose jobs run on the loopback Modal."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.conftest import Checkout
from tests.standins.actions.harness import Actions
from tests.standins.actions.prepared import equipped
from tests.standins.actions.runs import WorkflowRun
from tests.standins.actions.tokens import App
from tests.standins.github.hub import Hub
from tests.standins.github.state import Pull, Status
from tests.standins.modal.client import Plane

PATIENCE = 180.0
COMMAND = """\
apiVersion: runner/v1
kind: Command
metadata: {{name: {name}}}
spec:
  command: [sh, -c, '{script}']
  resources: {{cpu: 0.125, memory: 256MiB, timeout: 2m}}
"""


def command_job(
    name: str, script: str = 'echo "{}" > "$RUNNER_OUTPUT_DIR/metrics.json"', more: str = ""
) -> str:
    """A manifest that runs one line of shell, with further lines of its `spec`."""
    return COMMAND.format(name=name, script=script) + "".join(f"  {line}\n" for line in more.splitlines())


class Team:
    """The repository, its workflows, and the provider."""

    def __init__(self, hub: Hub, actions: Actions, plane: Plane, clone: Path) -> None:
        self.hub = hub
        self.actions = actions
        self.plane = plane
        self.clone = Checkout(clone)

    def work(self, parallel: int = 1) -> dict[str, WorkflowRun]:
        """Runs the workflows that anything started; the last run of each by its file. All must succeed.

        Those of which no job had anything to do are left out.
        """
        done = [run for run in self.actions.run_all(parallel) if run.conclusion != "skipped"]
        for run in done:
            assert run.conclusion == "success", run
        return {run.workflow.removesuffix(".yml"): run for run in done}

    def environment(self, token: str) -> dict[str, str]:
        """What a person's own runner has in its environment, with a token of theirs."""
        own = self.hub.environment(token)
        return {**os.environ, **self.plane.environment, **own}

    def await_end(self) -> None:
        """Waits until nothing works at the provider any more."""
        deadline = time.monotonic() + PATIENCE
        while self.plane.containers():
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def collect(self) -> WorkflowRun:
        """Waits for the provider, then lets the schedule of `collect` come."""
        self.await_end()
        self.actions.tick("collect.yml")
        return self.work()["collect"]

    def propose(self, branch: str, files: dict[str, str | bytes], title: str = "A job") -> int:
        """A person commits to a branch of their clone, pushes it and opens a pull request; its number."""
        self.clone.git("fetch", "--quiet", "origin", "main")
        self.clone.git("switch", "--quiet", "--create", branch, "origin/main")
        self.clone.commit(files, title)
        self.clone.git("push", "--quiet", "origin", branch)
        return self.hub.open_pull(branch, title=title)

    def pull_of(self, job: str) -> Pull:
        """The pull request of a job."""
        pull = self.hub.pull_from(f"runner/{job}")
        assert pull is not None
        return pull

    def status(self, commit: str, context: str) -> Status:
        """The last status of a commit."""
        return next(
            each for each in reversed(self.hub.statuses) if (each.sha, each.context) == (commit, context)
        )

    def entries(self) -> list[dict[str, Any]]:
        """All runs, as the ledger has them."""
        branch = self.hub.branches().get("runner-ledger")
        listed = self.hub.repository.git.run("ls-tree", "-r", branch) if branch else ""
        names = re.findall(r"blob ([0-9a-f]{40})\truns/", listed)
        found = [self.hub.repository.git.read(name) for name in names]
        return [json.loads(one[1]) for one in found if one is not None]

    def runs(self) -> list[str]:
        """The names of all runs in the ledger."""
        return [entry["run"] for entry in self.entries()]


@contextmanager
def at_work(
    hub: Hub, plane: Plane, clone: Path, folder: Path, without: tuple[str, ...] = ("deploy",)
) -> Iterator[Team]:
    """A team whose repository is `clone`, without its services and the workflow that tests the runner itself.

    Nor has it the workflows that a test can do `without`.
    """
    checkout = Checkout(clone)
    workflows = [f".github/workflows/{name}.yml" for name in ("ci", *without)]
    checkout.git("rm", "--quiet", *workflows, *checkout.git("ls-files", "jobs/service-*").split())
    checkout.commit({"runner.toml": settings(folder)}, "Launch on the plane")
    with at_home(hub, plane, clone, folder) as team:
        yield team


def settings(folder: Path) -> str:
    """A runner.toml for jobs on the plane, with a prefix of the test's own."""
    prefix = re.sub(r"[^a-z0-9]+", "-", f"t{folder.parent.name[-4:]}{folder.name[-12:]}".lower())
    return f'backend = "modal"\n[modal]\nprefix = "{prefix}"\n'


@contextmanager
def at_home(
    hub: Hub,
    plane: Plane,
    repository: Path,
    folder: Path,
    *,
    app: App | None = None,
    enterprise: bool = False,
) -> Iterator[Team]:
    """A team whose repository is a checkout as it stands; with a GitHub App, or on an Enterprise Server."""
    hub.adopt(repository, hub.token("ada"))
    made = equipped(hub, folder / "actions", plane.environment, app=app, enterprise=enterprise)
    with made as actions:
        yield Team(hub, actions, plane, repository)
        assert actions.leaks() == []
