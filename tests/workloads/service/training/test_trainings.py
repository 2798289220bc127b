"""Trainings, as real runs of the command line on this machine."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Checkout
from tests.workloads.service.training.school import School, awaited, kill
from workloads.service.training import TrainingError, TrainingRequest

LONG = TrainingRequest(max_steps=1000)


@pytest.fixture
def school(checkout: Callable[..., Checkout], tmp_path: Path) -> School:
    return School.found(checkout("school"), tmp_path / "service")


def test_a_training_is_a_run_whose_weights_are_proposed(school: School) -> None:
    async def scenario() -> None:
        trainings = school.open()
        asked = TrainingRequest(
            env_type="tic_tac_toe", history_strategy="FULL_HISTORY", output_dir="games/ttt"
        )
        started = await trainings.start(asked)
        assert started.bound_usd > 0
        status = await awaited(trainings, started.run, "succeeded")
        assert (status.job, status.pull_request, status.progress) == (
            "lesson",
            "runner/lesson",
            {"step": 1.0, "reward": 0.25},
        )
        assert [one.run for one in await trainings.list()] == [started.run]

    asyncio.run(scenario())
    landed = school.checkout.git("show", "runner/lesson:models/games/ttt/README.md")
    assert json.loads(landed)["name"] == "tic_tac_toe"
    assert json.loads(landed)["history"] == "full"


def test_a_plan_starts_nothing_and_says_what_the_run_would_be(school: School) -> None:
    planned = asyncio.run(school.open(budget=1.5).plan(TrainingRequest(model_name="other/model", env_size=3)))
    spec = planned.plan["manifest"]["spec"]
    assert spec["model"] == {"name": "other/model", "dtype": "float32"}
    assert spec["environment"] == {"name": "key_door", "arguments": {"size": 3}, "history": "none"}
    assert spec["budget"] == {"usd": 1.5}
    assert not (school.checkout.root / ".runner/runs").exists()


def test_one_key_is_one_training_also_after_a_restart_and_without_its_file(school: School) -> None:
    async def scenario() -> None:
        first = await school.open().start(LONG, key="once")
        again = await school.open().start(LONG, key="once")
        assert (again.run, again.new, again.status) == (first.run, False, "running")
        with pytest.raises(TrainingError) as refused:
            await school.open().start(TrainingRequest(), key="once")
        assert (refused.value.code, refused.value.status) == ("key_used", 422)
        with pytest.raises(TrainingError) as busy:
            await school.open().start(LONG, key="twice")
        assert (busy.value.code, busy.value.status) == ("at_once", 409)
        ended = await school.open().cancel(first.run)
        assert ended.status == "cancelled"
        for file in school.folder.rglob("*.json"):
            file.unlink()
        found = await school.open().start(LONG, key="once")
        assert (found.run, found.new) == (first.run, False)
        with pytest.raises(TrainingError) as over:
            await school.open().cancel(first.run)
        assert over.value.status == 409

    asyncio.run(scenario())


def test_a_training_whose_driver_is_killed_is_interrupted_and_one_that_fails_says_why(school: School) -> None:
    async def scenario() -> None:
        trainings = school.open()
        killed = await trainings.start(LONG)
        await awaited(trainings, killed.run, "running")
        kill(school.driver(killed.run))
        status = await awaited(trainings, killed.run, "interrupted", "failed")
        assert status.status == "interrupted"
        assert killed.run in status.reason
        failing = await trainings.start(TrainingRequest(max_steps=13))
        status = await awaited(trainings, failing.run, "failed")
        assert "the thirteenth step is never taken" in status.reason
        assert (await trainings.cancel(killed.run)).status == "cancelled"

    asyncio.run(scenario())


def test_what_the_runner_refuses_comes_back_in_its_own_words(school: School) -> None:
    with pytest.raises(TrainingError) as error:
        asyncio.run(school.open(budget=0.001).start(TrainingRequest()))
    assert (error.value.code, error.value.status) == ("over_budget", 409)
    assert "allows $0.001" in error.value.message


@pytest.mark.parametrize("run", ["../../etc", "latest", "20200101-000000-abcdef", "--help"])
def test_a_name_of_no_training_is_not_found(school: School, run: str) -> None:
    with pytest.raises(TrainingError) as error:
        asyncio.run(school.open().status(run))
    assert (error.value.code, error.value.status) == ("not_found", 404)
