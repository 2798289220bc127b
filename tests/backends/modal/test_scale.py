"""What a run asks of the provider, by the number of its tasks."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runner.pipeline.launching import Launched, launch
from runner.pipeline.running import Options
from runner.pipeline.workspace import Workspace, open_workspace
from tests.backends.modal.launched import until
from tests.conftest import Checkout
from tests.standins.modal.client import Call, Plane

FEW, MANY = 100, 500
JOB = """\
apiVersion: runner/v1
kind: Command
metadata: {{name: tasks-{count}}}
spec:
  command: ['true']
  matrix: {{value: {values}}}
  resources: {{cpu: 0.125, memory: 256MiB, timeout: 2m}}
"""


class Site:
    """Jobs of several sizes, which the plane holds back."""

    def __init__(self, workspace: Workspace, plane: Plane, prefix: str) -> None:
        self.workspace = workspace
        self.plane = plane
        self.prefix = prefix

    def launch(self, count: int) -> Launched:
        return launch(self.workspace, f"tasks-{count}", Options(backend="modal"), lambda note: None)

    def coordinator(self, run: str) -> str:
        """The container that drives a run, once it lives."""
        found: list[str] = []

        def is_there() -> bool:
            found.extend(one["id"] for one in self.plane.containers() if one["app"] == f"{self.prefix}-{run}")
            return bool(found)

        until(is_there)
        return found[0]

    def calls(self, caller: str) -> list[Call]:
        """What somebody asked, heartbeats apart."""
        made = self.plane.calls()
        return [call for call in made if call.caller == caller and not call.rpc.endswith("Heartbeat")]


@pytest.fixture
def site(checkout: Callable[..., Checkout], plane: Plane, tmp_path: Path) -> Iterator[Site]:
    prefix = f"scale{abs(hash(tmp_path)) % 10**8}"
    jobs = {
        f"jobs/tasks-{count}.yaml": JOB.format(count=count, values=list(range(count)))
        for count in (1, FEW, MANY)
    }
    settings = f'backend = "modal"\n[modal]\nprefix = "{prefix}"\n'
    workspace = open_workspace(checkout("scale", files={"runner.toml": settings, **jobs}).root)
    plane.hold("stage-*")
    yield Site(workspace, plane, prefix)
    plane.stop(f"{prefix}-*")
    plane.release()


def test_a_launch_asks_as_much_for_five_hundred_tasks_as_for_one_hundred(site: Site, plane: Plane) -> None:
    site.launch(1)  # brings what is brought but once
    asked = {}
    for count in (FEW, MANY):
        plane.reset_calls()
        site.launch(count)
        asked[count] = Counter(call.rpc for call in site.calls("client"))
    assert asked[FEW] == asked[MANY]


def test_an_attempt_is_spawned_by_one_request_and_little_beside(site: Site) -> None:
    driver = site.coordinator(site.launch(MANY).run)

    def spawned() -> int:
        return sum(call.rpc == "FunctionMap" for call in site.calls(driver))

    until(lambda: spawned() >= MANY)
    assert spawned() == MANY
    assert len(site.calls(driver)) <= 1.2 * MANY
