"""A plane and the real SDK as its client, in this process."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import modal
import pytest

from tests.standins.modal.client import Plane

JOBS = Path(__file__).parent / "jobs"


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
        sys.modules.pop("standin_jobs", None)


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
