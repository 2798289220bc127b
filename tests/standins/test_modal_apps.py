"""Apps of the Modal stand-in, their logs and what they cost, through the real SDK."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import modal
import pytest

from tests.standins.modal.client import Plane
from tests.standins.modal.eventually import eventually

Deploy = Callable[..., modal.Function]


def listed(name: str) -> dict[str, Any]:
    """As `modal app list` tells it."""
    command = [sys.executable, "-m", "modal", "app", "list", "--json"]
    apps = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return next(app for app in apps if name in app.values())


def test_an_app_is_listed_with_its_state_and_its_containers(plane: Plane, deploy: Deploy) -> None:
    name = "test_an_app_is_listed_with_its_state_and_its_containers"
    job = deploy()
    item = listed(name)
    assert (item["state"], item["tasks"], item["stopped_at"]) == ("deployed", "0", None)
    age = datetime.now(UTC) - datetime.fromisoformat(item["created_at"])
    assert age < timedelta(seconds=30)
    job.spawn(["sleep", 60])
    eventually(lambda: listed(name)["tasks"] == "1")
    modal.App.lookup(name).stop()
    item = listed(name)
    assert (item["state"], item["tasks"]) == ("stopped", "0")
    assert item["stopped_at"] is not None


def test_a_deployment_replaces_the_one_before(plane: Plane, deploy: Deploy) -> None:
    before, after = deploy(timeout=50).hydrate(), deploy(timeout=70).hydrate()
    assert before.object_id == after.object_id
    assert len([app for app in plane.apps() if app["state"] == "deployed"]) == 1
    [function] = [function for function in plane.functions() if function["id"] == after.object_id]
    assert function["timeout"] == 70


def test_a_stopped_app_frees_its_name(plane: Plane, deploy: Deploy) -> None:
    deploy()
    first = modal.App.lookup("test_a_stopped_app_frees_its_name")
    first.stop()
    with pytest.raises(modal.exception.NotFoundError):
        modal.App.lookup("test_a_stopped_app_frees_its_name")
    deploy()
    assert modal.App.lookup("test_a_stopped_app_frees_its_name").app_id != first.app_id


def test_tags_are_set_and_read(deploy: Deploy) -> None:
    deploy(tags={"job": "train", "run": "r1"})
    app = modal.App.lookup("test_tags_are_set_and_read")
    assert app.get_tags() == {"job": "train", "run": "r1"}
    app.set_tags({"job": "other"})
    assert app.get_tags() == {"job": "other"}


def test_an_app_may_run_only_as_long_as_its_client(plane: Plane) -> None:
    import standin_jobs

    app = modal.App("ephemeral", include_source=False)
    image = modal.Image.debian_slim().add_local_python_source("standin_jobs")
    job = app.function(image=image)(standin_jobs.run)
    with app.run():
        assert job.remote(["add", 1, 2]) == [3]
    assert [known["state"] for known in plane.apps() if known["description"] == "ephemeral"] == ["stopped"]


def test_logs_are_fetched_and_tailed_by_call(deploy: Deploy) -> None:
    job = deploy()
    calls = [job.spawn(["print", f"{name} says\nhello"], ["print", "bye"]) for name in ("one", "two")]
    for call in calls:
        call.get(timeout=10)
    since = datetime.now(UTC) - timedelta(hours=1)
    for call, name in zip(calls, ("one", "two"), strict=True):
        lines = [entry.message for entry in call.logs.fetch(since=since)]
        assert lines == [f"{name} says\n", "hello\n", "bye\n"]
        assert [entry.message for entry in call.logs.tail(1)] == ["bye\n"]
    assert [entry.source for entry in calls[0].logs.tail(3)] == ["stdout"] * 3
    assert len(list(job.logs.fetch(since=since))) == 6


def test_logs_are_streamed_while_they_are_written(deploy: Deploy) -> None:
    call = deploy().spawn(["print", "first"], ["sleep", 1], ["print", "second"], ["sleep", 1])
    seen = [(entry.message, time.monotonic()) for entry in call.logs.stream(timeout=60)]
    assert [message for message, _ in seen] == ["first\n", "second\n"]
    assert seen[1][1] - seen[0][1] > 0.5


def test_lines_without_end_are_logged_too(deploy: Deploy) -> None:
    call = deploy().spawn(["print", "x" * 200_000])
    call.get(timeout=10)
    assert sum(len(entry.message) for entry in call.logs.tail(100)) == 200_001


def test_rates_are_those_of_the_plane(plane: Plane) -> None:
    rates = modal.Workspace.from_context().billing.rates()
    assert rates["cpu_hour_cost"] == Decimal("0.0000131") * 3600
    before = {key: str(rate) for key, rate in rates.items()}
    plane.set_rates(cpu_hour_cost="1.5")
    assert dict(modal.Workspace.from_context().billing.rates()) == {"cpu_hour_cost": Decimal("1.5")}
    plane.set_rates(**before)


def test_the_billing_report_tells_what_an_app_used_by_its_tags(plane: Plane, deploy: Deploy) -> None:
    job = deploy(cpu=2.0, memory=2048, gpu="H100", tags={"job": "train"}, single_use_containers=True)
    job.remote(["sleep", 1])
    eventually(lambda: plane.containers() == [])
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    items = modal.Workspace.from_context().billing.report(
        start=hour, end=hour + timedelta(hours=1), resolution="h", tag_names=["job"]
    )
    [item] = [item for item in items if item.tags == {"job": "train"}]
    second = 2 * Decimal("0.0000131") + 2 * Decimal("0.00000222") + Decimal("0.001097")
    assert second < item.cost < 10 * second
    assert set(item.cost_by_resource) == {"CPU", "Memory", "H100"}
    assert item.cost == sum(item.cost_by_resource.values())
