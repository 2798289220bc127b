"""Pull requests as a workflow sees them: GitHub's merge of one, checked out with no history."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from runner.workflows.event import Event
from tests.conftest import Checkout
from tests.pipeline.test_webhook import listener  # noqa: F401
from tests.standins.github.hub import Hub
from tests.standins.modal.client import Plane
from tests.workflows.works import Works

Files = Mapping[str, str | bytes | None]

HEAD = "apiVersion: runner/v1\nkind: Command\nmetadata: {{name: {name}}}\nspec:\n"


def manifest(name: str, *spec: str) -> str:
    """A manifest that runs `true`, with more lines of `spec`."""
    lines = ("command: ['true']", "resources: {timeout: 1h}", *spec)
    keys = {line.partition(":")[0]: line for line in lines}
    return HEAD.format(name=name) + "".join(f"  {line}\n" for line in keys.values())


class Proposed:
    """A pull request: the repository that it is made to, and the checkout of its merge."""

    def __init__(self, origin: Checkout, checkout: Checkout, event: Event) -> None:
        self.origin = origin
        self.checkout = checkout
        self.event = event

    @property
    def root(self) -> Path:
        return self.checkout.root


def change(repository: Checkout, files: Files) -> str:
    """Commits files; None removes one."""
    for name in [name for name, content in files.items() if content is None]:
        repository.git("rm", "--quiet", "--", name)
    return repository.commit({name: content for name, content in files.items() if content is not None})


Propose = Callable[..., Proposed]


@pytest.fixture
def propose(checkout: Callable[..., Checkout], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Propose:
    """Makes a pull request from what `base` holds to what `head` changes of it.

    `edit` does what files cannot say; `meanwhile` is what comes to the base after the pull request.
    """
    for name in ("GITHUB_TOKEN", "RUNNER_APP_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))

    def make(
        base: Files,
        head: Files,
        *,
        edit: Callable[[Path], object] | None = None,
        meanwhile: Files | None = None,
        depth: int = 1,
    ) -> Proposed:
        origin = checkout("origin", files={"README.md": "A repository.\n", **base})
        origin.git("config", "uploadpack.allowAnySHA1InWant", "true")
        proposed_on = origin.git("rev-parse", "HEAD")
        origin.git("switch", "--quiet", "-c", "topic")
        if edit is not None:
            edit(origin.root)
        tip = change(origin, head)
        origin.git("switch", "--quiet", "main")
        if meanwhile:
            change(origin, meanwhile)
        origin.git("switch", "--quiet", "--detach", "main")
        origin.git("merge", "--quiet", "--no-ff", "-m", "merge", "topic")
        origin.git("update-ref", "refs/pull/7/merge", "HEAD")
        origin.git("switch", "--quiet", "main")
        made = Checkout(tmp_path / "work")
        made.root.mkdir()
        made.git("init", "--quiet")
        made.git("remote", "add", "origin", f"file://{origin.root}")
        made.git("fetch", "--quiet", f"--depth={depth}", "origin", "refs/pull/7/merge")
        made.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
        return Proposed(origin, made, pull_request(proposed_on, tip))

    return make


def pull_request(base: str, head: str, number: int = 7) -> Event:
    sides: dict[str, Any] = {"base": {"sha": base, "ref": "main"}, "head": {"sha": head, "ref": "topic"}}
    return Event(name="pull_request", payload={"pull_request": {"number": number, **sides}})


@pytest.fixture
def summary(tmp_path: Path) -> Callable[[], str]:
    """What stands in the step's summary."""
    path = tmp_path / "summary.md"
    return lambda: path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.fixture
def works(hub: Hub, plane: Plane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Works]:
    """A repository on the loopback GitHub whose jobs run on the loopback Modal, once it lets them."""
    plane.options(idle=0.2, containers=40)
    plane.hold("*")
    yield Works(hub, plane, tmp_path, monkeypatch)
    plane.stop()
