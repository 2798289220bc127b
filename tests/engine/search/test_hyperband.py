"""Trials are stopped early exactly where W&B's library stops them, at a fraction of the cost."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.engine.search.library import open_source
from runner.engine.search.source import Trial, TrialSource
from runner.engine.search.wandb_sweeps import library, quiet
from runner.errors import InputError
from runner.plan.model import Search

HYPERBAND = {"type": "hyperband", "min_iter": 2, "eta": 2}


def source(early_terminate: dict[str, Any], goal: Any = "minimize", metric: str = "loss") -> TrialSource:
    parameters = {"p": {"values": [1, 2]}}
    return open_source(
        Search(
            method="grid",
            parameters=parameters,
            command=(),
            metric=metric,
            goal=goal,
            early_terminate=early_terminate,
        )
    )


def theirs(early_terminate: dict[str, Any], goal: str, trials: list[Trial]) -> list[str]:
    """Whom the library stops when it is asked in its own terms."""
    runs = [
        library().SweepRun(
            name=trial.task,
            state=trial.state.replace("stopped", "killed"),
            history=[{"loss": value} for value in trial.history],
        )
        for trial in trials
    ]
    config = {"method": "grid", "metric": {"name": "loss", "goal": goal}, "early_terminate": early_terminate}
    with quiet():
        return [run.name for run in library().stop_runs(config, runs)]


STATE = st.sampled_from(["running", "running", "finished", "failed", "stopped"])
HISTORY = st.lists(st.one_of(st.integers(-3, 3).map(float), st.floats()), max_size=12)
EARLY = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("hyperband"), "min_iter": st.integers(1, 4)},
        optional={"eta": st.sampled_from([1.5, 2, 3]), "strict": st.booleans()},
    ),
    st.fixed_dictionaries(
        {"type": st.just("hyperband"), "max_iter": st.integers(3, 12), "s": st.integers(1, 3)},
        optional={"eta": st.sampled_from([2, 3]), "strict": st.booleans()},
    ),
)


@settings(max_examples=80, deadline=None)
@given(EARLY, st.sampled_from(["minimize", "maximize"]), st.lists(st.tuples(STATE, HISTORY), max_size=6))
def test_those_are_stopped_whom_the_library_stops(
    early: dict[str, Any], goal: str, told: list[tuple[Any, list[float]]]
) -> None:
    trials = [
        Trial(f"trials/{place}", {"p": 1}, state, history=history)
        for place, (state, history) in enumerate(told)
    ]
    assert source(early, goal).to_stop(trials) == theirs(early, goal, trials)


@pytest.mark.parametrize("goal", ["minimize", "maximize"])
def test_the_worst_of_those_that_have_come_as_far_is_stopped(goal: str) -> None:
    trials = [
        *(Trial(f"good/{number}", {}, "finished", history=[1.0, 1.0]) for number in range(3)),
        Trial("bad", {}, "running", history=[5.0, 5.0]),
        Trial("early", {}, "running", history=[9.0]),
    ]
    assert source(HYPERBAND, goal).to_stop(trials) == ([] if goal == "maximize" else ["bad"])


def test_without_early_termination_every_trial_goes_on() -> None:
    trials = [Trial("a", {}, "finished", history=[1.0] * 9), Trial("b", {}, "running", history=[5.0] * 9)]
    assert source({}).to_stop(trials) == []


def test_a_lone_trial_and_equal_ones_go_on() -> None:
    lone = [Trial("a", {}, "running", history=[5.0] * 9)]
    assert source(HYPERBAND).to_stop(lone) == []
    assert source(HYPERBAND).to_stop([*lone, Trial("b", {}, "running", history=[5.0] * 9)]) == []


@pytest.mark.parametrize(
    "early_terminate",
    [
        {"type": "hyperband"},
        {"type": "hyperband", "max_iter": 9},
        {"type": "hyperband", "min_iter": 1, "eta": 1},
        {"type": "hyperband", "min_iter": 1, "eta": 1e10},
        {"type": "hyperband", "max_iter": 1, "s": 2, "eta": 9},
        {"type": "hyperband", "max_iter": 9, "s": 2.5},
        {"type": "median", "min_iter": 1},
    ],
)
def test_settings_that_the_library_cannot_use_are_refused_at_the_start(
    early_terminate: dict[str, Any],
) -> None:
    with pytest.raises(InputError, match="W&B's Hyperband cannot use the settings") as error:
        source(early_terminate)
    assert "\n" not in error.value.message


def test_early_termination_without_a_metric_is_refused() -> None:
    with pytest.raises(InputError, match="early termination looks at a metric"):
        source(HYPERBAND, metric="")


def test_ten_thousand_trials_are_looked_over_within_a_second() -> None:
    trials = [Trial(str(n), {}, "finished", history=[float(n % 17)] * 100) for n in range(10_000)]
    trials[-2:] = [Trial(str(n), {}, "running", history=[20.0 * n] * 100) for n in range(2)]
    asked = source(HYPERBAND)
    began = time.process_time()
    assert asked.to_stop(trials) == ["1"]
    assert time.process_time() - began < 1
