"""W&B's library as a source of points: what is wrong in it is shown to be so, and not to matter."""

import json
import random
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runner.engine.search.axes import axis
from runner.engine.search.library import LEARNED_FROM, open_source
from runner.engine.search.source import Trial, TrialSource
from runner.engine.search.wandb_sweeps import library, quiet
from runner.errors import InputError
from runner.plan.model import Search
from runner.plan.space import dimensions, settings_at, value_at

sweeps = library()
RANGE = {"min": 0.0, "max": 1.0}
MANY: dict[str, Any] = {
    "lr": {"distribution": "log_uniform_values", "min": 1e-5, "max": 1e-1},
    "batch": {"values": [16, 32, 64]},
    "optimizer": {"values": ["adam", "sgd"], "probabilities": [0.25, 0.75]},
    "layers": {"min": 1, "max": 4},
    "seed": {"value": 7},
    "schedule": {"parameters": {"start": RANGE, "end": {"distribution": "normal", "mu": 1, "sigma": 2}}},
    "dropout": {"distribution": "q_uniform", "min": 0, "max": 1, "q": 0.25},
}


def source(method: str, parameters: dict[str, Any], **others: Any) -> TrialSource:
    metric = {"metric": "loss"} if method == "bayes" else {}
    return open_source(Search(method=method, parameters=parameters, command=(), **{**metric, **others}))


def finished(points: Sequence[dict[str, Any]], values: Sequence[float | None], **others: Any) -> list[Trial]:
    return [
        Trial(f"trials/{place}", point, "finished", value, **others)
        for place, (point, value) in enumerate(zip(points, values, strict=True))
    ]


def bare(method: str, parameters: dict[str, Any], runs: Sequence[Any] = (), seed: int = 0) -> Any:
    """The answer of the library itself."""
    random.seed(seed)
    np.random.seed(seed)
    settings = {"method": method, "metric": {"name": "loss"}, "parameters": parameters}
    with quiet():
        answer = sweeps.next_run(settings, list(runs))
    return answer and {name: each["value"] for name, each in answer.config.items()}


def run(point: dict[str, Any], loss: float, state: str = "finished") -> Any:
    """A trial as the library itself keeps it."""
    config = {name: {"value": value} for name, value in point.items()}
    return sweeps.SweepRun(config=config, state=state, summary_metrics={"loss": loss} if loss else {})


# What is known of the library, and what is made of it.


def test_numbers_of_numpy_become_plain() -> None:
    parameters: dict[str, Any] = {
        "a": {"distribution": "q_uniform", "min": 1, "max": 9, "q": 2},
        "b": {"distribution": "normal"},
    }
    theirs = bare("random", parameters)
    with pytest.raises(TypeError):
        json.dumps(theirs)
    with pytest.raises(yaml.representer.RepresenterError):
        yaml.safe_dump(theirs)

    for method in ("random", "bayes"):
        ours = source(method, parameters).suggest([], 0, 0) or {}
        assert [type(value) for value in ours.values()] == [int, float]
        assert json.loads(json.dumps(ours)) == yaml.safe_load(yaml.safe_dump(ours)) == ours


def test_bayes_takes_choices_with_probabilities() -> None:
    parameters = {"p": {"values": ["a", "b", "c"], "probabilities": [0.1, 0.0, 0.9]}}
    with pytest.raises(IndexError):
        bare("bayes", parameters)

    asked = source("bayes", parameters)
    drawn = [(asked.suggest([], 0, seed) or {})["p"] for seed in range(100)]
    assert 1 <= drawn.count("a") <= 25
    assert drawn.count("b") == 0
    learned = finished([{"p": "a"}, {"p": "c"}, {"p": "a"}, {"p": "c"}], [1.0, 0.0, 1.1, 0.1])
    assert (asked.suggest(learned, 4, 0) or {})["p"] in ("a", "c")


def test_nested_parameters_are_kept() -> None:
    parameters = {"p": {"parameters": {"a": RANGE}}, "q": RANGE}
    with quiet():
        validated = sweeps.next_run({"method": "random", "parameters": parameters}, [], validate=True)
    assert list(validated.config) == ["q"]

    for method in ("random", "bayes"):
        point = source(method, parameters).suggest([], 0, 0) or {}
        assert list(point) == ["p", "q"]
        assert list(point["p"]) == ["a"]


@pytest.mark.parametrize("values", [[0.1, 0.05, 0.0], [True, 2, False], ["a", "b", None], [True, 2, 1]])
def test_bayes_does_not_take_a_choice_for_another(values: list[Any]) -> None:
    """The last choice, to the library, is the first one or none: it is falsy, or equal to it."""
    from sweeps.params import HyperParameterSet

    def coordinates(values: list[Any]) -> list[float]:
        runs = [run({"p": value}, 1.0) for value in values]
        made = HyperParameterSet.from_config({"p": {"values": values}}).normalize_runs_as_array(runs)
        return [float(row[0]) for row in made]

    assert coordinates(["x", "y", "z"]) == pytest.approx([1 / 3, 2 / 3, 1])
    assert coordinates(values)[-1] == pytest.approx(1 / 3)

    def suggested(values: list[Any]) -> list[int]:
        trials = finished([{"p": value} for value in values] * 3, [1.0, 0.5, 0.0] * 3)
        asked = source("bayes", {"p": {"values": values}})
        places = [json.dumps(value) for value in values]
        return [places.index(json.dumps((asked.suggest(trials, 0, seed) or {})["p"])) for seed in range(4)]

    assert suggested(values) == suggested(["x", "y", "z"])


def test_a_quantized_grid_has_its_last_step() -> None:
    parameters = {"p": {"distribution": "q_uniform", "min": 0, "max": 10, "q": 5}}
    assert bare("grid", parameters, [run({"p": 0}, 1.0), run({"p": 5}, 1.0)]) is None
    assert {bare("random", parameters, seed=seed)["p"] for seed in range(20)} == {0, 5, 10}

    asked = source("grid", parameters)
    assert [asked.suggest([], number, 0) for number in range(4)] == [{"p": 0}, {"p": 5}, {"p": 10}, None]


def test_the_library_knows_neither_cap_nor_target() -> None:
    """So the count of tasks and the loop see to these."""
    settings = {"method": "random", "parameters": {"p": RANGE}, "run_cap": 1}
    settings["metric"] = {"name": "loss", "target": 1.0}
    assert sweeps.next_run(settings, [run({"p": 0.5}, 0.5), run({"p": 0.6}, 0.5)]) is not None


def test_a_grid_point_that_was_lost_stays_its_trials_own() -> None:
    parameters = {"p": {"values": [1, 2]}}
    assert bare("grid", parameters, [run({"p": 1}, 0, state="crashed")]) == {"p": 2}

    lost = [Trial("trials/0", {"p": 1}, "failed")]
    assert [source("grid", parameters).suggest(lost, number, 0) for number in (0, 1)] == [{"p": 1}, {"p": 2}]


def test_a_range_from_a_whole_number_to_a_fraction_is_continuous() -> None:
    from wandb.apis.public.sweeps import _validate_config_and_fill_distribution

    parameters = {"p": {"min": 0, "max": 1.0}}
    with pytest.raises(ValueError, match="ambiguous"):
        _validate_config_and_fill_distribution({"parameters": parameters})

    assert 0 < (source("random", parameters).suggest([], 0, 0) or {})["p"] < 1


@pytest.mark.parametrize("method", ["random", "bayes"])
def test_the_same_arguments_give_the_same_point_and_leave_the_generators_alone(method: str) -> None:
    def generators() -> tuple[Any, ...]:
        name, numbers, *place = np.random.get_state()
        return random.getstate(), name, numbers.tolist(), place

    before = generators()
    bare(method, MANY | {"optimizer": {"value": 0}}, seed=5)
    assert generators() != before

    before = generators()
    asked, again = source(method, MANY), source(method, MANY)
    trials = finished([asked.suggest([], 0, seed) or {} for seed in range(5)], [3.0, 1.0, 2.0, 5.0, 4.0])
    assert asked.suggest(trials, 5, 9) == again.suggest(trials, 5, 9)
    assert asked.suggest(trials, 5, 9) != asked.suggest(trials, 5, 10)
    assert generators() == before


def test_bayes_draws_at_random_until_two_trials_have_a_value() -> None:
    asked = source("bayes", MANY)
    points = [asked.suggest([], 0, seed) or {} for seed in range(4)]
    one = finished(points, [1.0, None, None, None])
    one[2].state = "failed"
    one[3].state = "running"
    assert asked.suggest(one, 4, 3) == asked.suggest([], 0, 3)


def test_the_library_prints_and_warns_of_nothing() -> None:
    program = """
from runner.engine.search.library import open_source
from runner.engine.search.source import Trial
from runner.plan.model import Search
parameters = {"p": {"min": 0.0, "max": 1.0}}
asked = open_source(Search(method="bayes", parameters=parameters, command=(), metric="loss"))
trials = [Trial(str(n), {"p": n / 300}, "running" if n % 2 else "finished", 1.0) for n in range(300)]
for seed in range(2):
    asked.suggest(trials, 300, seed)
"""
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", program], capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("", "")


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**31))
def test_what_the_library_is_told_of_a_point_stands_for_that_point(seed: int) -> None:
    point = source("random", MANY).suggest([], 0, seed) or {}
    for one in dimensions(MANY):
        known = axis(one, settings_at(MANY, one.path))
        assert known.decode(known.encode(point)) == value_at(point, one.path)


# What the library does well is left as it is.


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31))
def test_random_points_are_those_of_the_library(seed: int) -> None:
    names = ("batch", "dropout", "layers", "lr", "optimizer", "schedule", "seed")
    theirs = bare("random", MANY, seed=seed)
    ours = source("random", MANY).suggest([], 0, seed) or {}
    assert tuple(ours) == names
    assert ours == theirs


def test_bayes_points_are_those_of_the_library() -> None:
    """Where the library makes no mistake; failed trials count as the worst of all to it."""
    parameters = {"a": RANGE, "b": {"min": -3, "max": 3}, "c": {"values": ["x", "y"]}}
    drawn = [bare("random", parameters, seed=seed) for seed in range(12)]
    losses = [point["a"] ** 2 + point["b"] ** 2 + (point["c"] == "x") for point in drawn]
    states = ["finished"] * 8 + ["failed"] * 2 + ["running"] * 2
    trials = [
        Trial(f"trials/{place}", point, state, loss if state == "finished" else None)  # type: ignore[arg-type]
        for place, (point, loss, state) in enumerate(zip(drawn, losses, states, strict=True))
    ]
    runs = [
        run(point, loss if state == "finished" else 0.0, state)
        for point, loss, state in zip(drawn, losses, states, strict=True)
    ]
    for seed in range(5):
        ours = source("bayes", parameters).suggest(trials, 12, seed) or {}
        theirs = bare("bayes", parameters, runs, seed)
        assert ours == pytest.approx(theirs)


def test_a_trial_that_finished_without_a_value_counts_as_failed() -> None:
    asked = source("bayes", MANY)
    points = [asked.suggest([], 0, seed) or {} for seed in range(4)]
    silent, failed = finished(points, [3.0, 1.0, 2.0, None]), finished(points, [3.0, 1.0, 2.0, None])
    failed[3].state = "failed"
    assert asked.suggest(silent, 4, 0) == asked.suggest(failed, 4, 0)


def test_a_trial_that_was_stopped_counts_with_its_value() -> None:
    asked = source("bayes", {"p": RANGE})
    points = [{"p": place / 10} for place in range(10)]
    trials = finished(points, [abs(point["p"] - 0.3) for point in points])
    stopped = [Trial(one.task, one.point, "stopped", one.value) for one in trials]
    assert asked.suggest(stopped, 10, 0) == asked.suggest(trials, 10, 0)


def test_bayes_comes_close_to_the_best_point_and_random_does_not() -> None:
    parameters = {"a": RANGE, "b": RANGE, "c": RANGE}

    def best(method: str) -> float:
        asked = source(method, parameters, metric="score", goal="maximize")
        trials: list[Trial] = []
        for number in range(24):
            point = asked.suggest(trials, number, number) or {}
            distance = sum((point[name] - aim) ** 2 for name, aim in zip("abc", (0.2, 0.5, 0.8), strict=True))
            trials.append(Trial(str(number), point, "finished", -distance))
        return min(-(trial.value or 0.0) for trial in trials)

    assert best("bayes") < 0.01 < best("random")


def test_with_many_results_the_best_is_always_learned_from() -> None:
    asked = source("bayes", {"p": RANGE})
    generator = random.Random(0)
    points = [{"p": generator.random()} for _ in range(20 * LEARNED_FROM)]
    trials = finished([*points, {"p": 0.5}], [*(abs(point["p"] - 0.5) for point in points), -0.1])
    suggested = [(asked.suggest(trials, 0, seed) or {})["p"] for seed in range(5)]
    assert sum(abs(value - 0.5) < 0.1 for value in suggested) >= 4


ODD = st.one_of(st.none(), st.sampled_from([0.0, 1.0, -1.7e308, 1.7e308, 5e-324]), st.floats(allow_nan=True))


@settings(max_examples=25, deadline=None)
@given(
    values=st.lists(
        st.tuples(ODD, st.sampled_from(["running", "finished", "failed", "stopped"])), max_size=12
    ),
    same=st.booleans(),
    goal=st.sampled_from(["minimize", "maximize"]),
)
@example(values=[(1.7e308, "finished"), (-1.7e308, "finished")], same=True, goal="minimize")
@example(values=[(1.0, "finished")] * 150 + [(None, "running")] * 150, same=True, goal="maximize")
def test_no_history_is_too_odd(values: list[tuple[float | None, Any]], same: bool, goal: str) -> None:
    asked = source("bayes", MANY, goal=goal)
    trials = [
        Trial(str(place), asked.suggest([], 0, 0 if same else place) or {}, state, value)
        for place, (value, state) in enumerate(values)
    ]
    point = asked.suggest(trials, len(trials), 1) or {}
    assert json.loads(json.dumps(point, allow_nan=False)) == point


def test_numbers_beyond_what_can_be_written_are_brought_back() -> None:
    parameters = {
        "a": {"distribution": "log_normal", "sigma": 1e6},
        "b": {"distribution": "q_log_normal", "sigma": 1e6, "q": 1},
    }
    for seed in range(10):
        point = source("random", parameters).suggest([], 0, seed) or {}
        assert json.loads(json.dumps(point, allow_nan=False)) == point
        assert abs(point["b"]) <= 2**53


def test_bayes_over_constants_alone_has_one_point() -> None:
    asked = source("bayes", {"p": {"value": None}, "q": {"parameters": {"r": {"value": [1]}}}})
    trials = finished([{"p": None, "q": {"r": [1]}}] * 3, [1.0, 2.0, 3.0])
    assert asked.suggest(trials, 3, 0) == {"p": None, "q": {"r": [1]}}


# What cannot be searched.


@pytest.mark.parametrize(
    ("search", "code", "sentence"),
    [
        ({"method": "random", "parameters": {"p": {"min": 1}}}, "bad-parameter", "p: nothing says what "),
        ({"method": "grid", "parameters": {"p": RANGE}}, "bad-parameter", "p: the distribution uniform has "),
        ({"method": "bayes", "parameters": {"p": RANGE}, "metric": ""}, "no-metric", "bayes learns from a "),
    ],
)
def test_a_search_that_cannot_be_is_refused(search: dict[str, Any], code: str, sentence: str) -> None:
    with pytest.raises(InputError) as error:
        source(**search)
    assert error.value.code == code
    assert error.value.message.startswith(sentence)


@pytest.mark.parametrize(("method", "rc"), [("grid", 0), ("random", 2), ("bayes", 2)])
def test_a_grid_needs_no_library_and_the_others_say_how_to_get_it(method: str, rc: int) -> None:
    program = f"""
import sys
sys.modules["sweeps"] = None
from runner.errors import InputError
from runner.engine.search.library import open_source
from runner.plan.model import Search
try:
    open_source(Search(method="{method}", parameters={{"p": {{"values": [1]}}}}, command=(), metric="loss"))
except InputError as error:
    print(error.code, error.message, error.fix, sep="; ")
    sys.exit(2)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == rc, done.stderr
    assert done.stdout == (
        ""
        if rc == 0
        else (
            "library-missing; this sweep needs W&B's library sweeps, and sweeps is not installed; "
            "pip install 'runner[sweeps]', with a Python below 3.13\n"
        )
    )
