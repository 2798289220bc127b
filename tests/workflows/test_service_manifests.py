"""Services in commits, and the commit that took one out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from runner.pipeline.wanted import is_service, service_in
from runner.repository.git import Repository
from runner.workflows.service_manifests import removing_commit, services_in
from tests.conftest import Checkout
from tests.workflows.conftest import change, manifest
from tests.workflows.services import serve


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (serve("web").encode(), "web"),
        (manifest("train").encode(), ""),
        (b"", ""),
        (b"\xff\x00", ""),
        (b"kind: Service", ""),
        (b"{kind: [Service], metadata: {name: web}}", ""),
        (b"- Service", ""),
    ],
)
def test_a_manifest_asks_for_one_service_or_for_none(content: bytes, name: str) -> None:
    assert service_in(content) == name


def test_the_services_of_a_commit_are_those_of_its_manifests(checkout: Callable[..., Checkout]) -> None:
    files = {"jobs/a.yaml": serve("web"), "jobs/b.yaml": manifest("train"), "docs/c.yaml": serve("other")}
    made = checkout(files=files)
    assert services_in(Repository.find(made.root), "HEAD") == {"web": "jobs/a.yaml"}
    assert is_service(made.root, str(made.root / "jobs/a.yaml"))
    assert not is_service(made.root, str(made.root / "jobs/b.yaml"))
    assert not is_service(made.root, "nowhere")


@pytest.fixture
def history(checkout: Callable[..., Checkout]) -> tuple[Checkout, str]:
    """A service that was moved, taken out, and then forgotten; the commit that took it out."""
    made = checkout(files={"jobs/a.yaml": serve("web"), "jobs/b.yaml": manifest("train")})
    change(made, {"jobs/a.yaml": None, "jobs/moved.yaml": serve("web")})
    change(made, {"jobs/moved.yaml": serve("web").replace("1m", "2m")})
    removing = change(made, {"jobs/moved.yaml": serve("web").replace("name: web", "name: site")})
    change(made, {"jobs/b.yaml": None})
    change(made, {"README.md": "More.\n"})
    return made, removing


def test_the_commit_that_took_a_service_out_is_found(history: tuple[Checkout, str]) -> None:
    made, removing = history
    repository = Repository.find(made.root)
    assert removing_commit(repository, "web") == removing
    assert removing_commit(repository, "never") is None


def test_in_a_shallow_clone_history_is_fetched_until_it_tells(
    history: tuple[Checkout, str], tmp_path: Path
) -> None:
    made, removing = history
    shallow = Checkout(tmp_path / "shallow")
    shallow.root.mkdir()
    shallow.git("clone", "--quiet", "--depth=1", f"file://{made.root}", ".")
    assert removing_commit(Repository.find(shallow.root), "web") == removing


def test_what_was_merged_counts_as_its_merge(checkout: Callable[..., Checkout]) -> None:
    made = checkout(files={"jobs/a.yaml": serve("web")})
    made.git("switch", "--quiet", "-c", "topic")
    change(made, {"jobs/a.yaml": None})
    made.git("switch", "--quiet", "main")
    change(made, {"README.md": "More.\n"})
    made.git("merge", "--quiet", "--no-ff", "-m", "merge", "topic")
    assert removing_commit(Repository.find(made.root), "web") == made.git("rev-parse", "HEAD")
