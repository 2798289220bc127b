"""A plane and the real SDK as its client, in this process."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import modal
import pytest
from github import Auth, Github
from github.Repository import Repository

from tests.standins.github.hub import Hub
from tests.standins.modal.client import Plane

JOBS = Path(__file__).parent / "jobs"


ALWAYS = {"test_a_request_reaches_the_application_and_its_answer_comes_back"}
"""Quick tests of what everything else of its kind stands on."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The stand-ins are tested by what uses them; their own tests are for whoever changes them."""
    for item in items:
        if Path(__file__).parent in item.path.parents and item.name not in ALWAYS:
            item.add_marker("exhaustive")


@contextmanager
def client_of(plane: Plane) -> Iterator[None]:
    """Let the SDK in this process talk to a plane."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in plane.environment.items():
            patch.setenv(name, value)
        patch.syspath_prepend(str(JOBS))
        modal.Client.from_env().close()  # the SDK keeps one, which may be that of another plane
        yield
        modal.Client.from_env().close()
        for name in ("standin_jobs", "standin_web"):
            sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plane]:
    with Plane.start(tmp_path_factory.mktemp("plane"), idle=0.3, grace=2) as plane, client_of(plane):
        yield plane


@pytest.fixture
def plane(shared: Plane) -> Iterator[Plane]:
    """The module's plane, with nothing left of the test before."""
    shared.reset_calls()
    yield shared
    shared.clear_faults()
    shared.release()
    shared.stop()
    assert shared.unimplemented() == {}


def app_of(request: pytest.FixtureRequest, function: str) -> str:
    """The app that a test deploys a function in."""
    name = re.sub(r"[^\w.-]+", "-", request.node.name)
    return (name if function == "run" else f"{function[:20]}.{name}")[:64]


@pytest.fixture
def deploy(plane: Plane, request: pytest.FixtureRequest) -> Callable[..., modal.Function]:
    """Deploys a function of standin_jobs in an app of the test's own; options are those of app.function."""
    import standin_jobs

    def make(implementation: str = "run", *, name: str = "run", **options: Any) -> modal.Function:
        app_name = app_of(request, name)
        deployed = modal.App(app_name, include_source=False, tags=options.pop("tags", {}))
        base = options.pop("image", modal.Image.debian_slim())
        options.setdefault("timeout", 60)
        image = base.add_local_python_source("standin_jobs") if options.pop("source", True) else base
        deployed.function(name=name, image=image, **options)(getattr(standin_jobs, implementation))
        deployed.deploy()
        return modal.Function.from_name(app_name, name)

    return make


@pytest.fixture
def connect(hub: Hub) -> Iterator[Callable[..., Repository]]:
    """Makes clients of the hub's repository: PyGithub without pauses, and without repeats unless asked."""
    clients: list[Github] = []

    def make(token: str, retry: Any = 0, name: str = hub.name) -> Repository:
        auth = Auth.Token(token)
        pace = {"seconds_between_requests": 0, "seconds_between_writes": 0}
        clients.append(Github(auth=auth, base_url=hub.url, retry=retry, timeout=10, **pace))
        return clients[-1].get_repo(name)

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def bot(hub: Hub, connect: Callable[..., Repository]) -> Repository:
    """The repository as a GitHub App sees it."""
    return connect(hub.token("runner[bot]", "app"))
