"""The trials of a search, driven at the plane."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from runner.engine.events import SearchEnded, TrialMeasured, TrialSuggested
from runner.plan.model import Search, Stage
from tests.backends.modal.coordinated import Launched, openings, stage, started
from tests.standins.modal.client import Plane

pytestmark = pytest.mark.exhaustive


def trials(*losses: float, target: float | None = None, max_parallel: int | None = None) -> Stage:
    """A grid of losses; each trial writes its point down as what it came to."""
    search = Search(
        method="grid",
        parameters={"loss": {"values": list(losses)}},
        command=("write", "metrics.json", "${args_json}"),
        metric="loss",
        target=target,
    )
    tasks = {str(number): (("true",),) for number in range(1, len(losses) + 1)}
    return replace(stage("trials", tasks), search=search, max_parallel=max_parallel)


@pytest.fixture
def launched(plane: Plane) -> Iterator[list[Launched]]:
    """Runs that are stopped in the end."""
    runs: list[Launched] = []
    yield runs
    plane.release()
    for run in runs:
        run.stop()


def test_trials_are_given_points_and_measured_there_and_the_target_ends_the_search(
    plane: Plane, launched: list[Launched]
) -> None:
    run = Launched(plane, trials(3.5, 2.5, 1.5, 0.5, target=2.0, max_parallel=1))
    launched.append(run)
    run.start()
    assert run.finished().finished == "succeeded"
    assert [event.value for event in run.events() if isinstance(event, TrialMeasured)] == [3.5, 2.5, 1.5]
    (ended,) = [event for event in run.events() if isinstance(event, SearchEnded)]
    assert ended.reason == "trials/3 reached the target: loss came to 1.5"


def test_a_coordinator_that_is_killed_gives_no_point_twice(plane: Plane, launched: list[Launched]) -> None:
    run = Launched(plane, trials(*(number / 2 for number in range(6)), max_parallel=2))
    launched.append(run)
    run.start()
    run.wait(lambda run: len(started(run)) >= 3)
    assert plane.kill("coordinate")
    assert run.finished().finished == "succeeded"
    assert openings(run) == 2
    points = [event.point["loss"] for event in run.events() if isinstance(event, TrialSuggested)]
    assert points == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    assert run.began() == [f"trials.{number}.1" for number in range(1, 7)]
    measured = [event.value for event in run.events() if isinstance(event, TrialMeasured)]
    assert sorted(value for value in measured if value is not None) == points
