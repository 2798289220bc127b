"""Trainings that a service has a provider run."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.pipeline.collecting import collect
from runner.pipeline.workspace import open_workspace
from tests.conftest import Checkout
from tests.standins.modal.client import Plane
from tests.workloads.service.training.school import School, awaited
from workloads.service.training import TrainingError, TrainingRequest

LONG = TrainingRequest(max_steps=1000)


@pytest.fixture
def school(checkout: Callable[..., Checkout], tmp_path: Path, plane: Plane) -> School:
    made = School.found(checkout("school"), tmp_path / "service")
    prefix = tmp_path.name[-20:].lower().replace("_", "-").strip("-")
    made.checkout.commit({"runner.toml": f'backend = "modal"\n[modal]\nprefix = "{prefix}"\n'})
    return made


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_training_that_is_killed_with_its_containers_is_never_said_to_run(
    school: School, plane: Plane
) -> None:
    async def scenario() -> None:
        trainings = school.open(backend="modal")
        started = await trainings.start(LONG, key="once")
        assert started.bound_usd > 0
        again = await school.open(backend="modal").start(LONG, key="once")
        assert (again.run, again.new) == (started.run, False)
        with pytest.raises(TrainingError) as refused:
            await trainings.start(LONG)
        assert refused.value.status == 409
        await awaited(trainings, started.run, "running")
        deadline = time.monotonic() + 30
        while not any(one["function"].startswith("stage-") for one in plane.containers()):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        plane.kill("*", fails=True)
        status = await awaited(trainings, started.run, "interrupted", "failed")
        assert status.reason
        if status.status == "interrupted":
            await trainings.cancel(started.run)

    asyncio.run(scenario())


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_service_that_was_restarted_knows_its_trainings_and_leaves_them_to_be_collected(
    school: School, plane: Plane, tmp_path: Path
) -> None:
    async def scenario() -> str:
        before = school.branch(tmp_path / "before").open(backend="modal")
        started = await before.start(LONG)
        await awaited(before, started.run, "running")
        trainings = school.branch(tmp_path / "after").open(backend="modal")
        assert [one.run for one in await trainings.list()] == [started.run]
        with pytest.raises(TrainingError, match="may go on at a time"):
            await trainings.start(LONG)
        assert (await trainings.cancel(started.run)).status == "cancelled"
        return started.run

    run = asyncio.run(scenario())
    (home,) = collect(open_workspace(school.checkout.root), [], lambda text: None)
    assert (home.run, home.state) == (run, "cancelled")
