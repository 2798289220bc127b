"""Parameters are read as W&B's own library reads them; where we differ on purpose, a test says so."""

import math
import warnings
from collections.abc import Mapping
from itertools import islice
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from runner.plan.distributions import Dimension
from runner.plan.space import dimensions, grid, grid_point, grid_size, identity, steps, value_at

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import sweeps
    from sweeps.config.schema import fill_parameter

DISTRIBUTIONS = [
    *("constant", "categorical", "categorical_w_probabilities", "int_uniform", "uniform", "q_uniform"),
    *("log_uniform", "inv_log_uniform", "q_log_uniform"),
    *("log_uniform_values", "inv_log_uniform_values", "q_log_uniform_values", "normal", "q_normal"),
    *("log_normal", "q_log_normal", "beta", "q_beta"),
]
TAKEN: dict[str, dict[str, Any]] = {
    "constant": {"value": 3},
    "categorical": {"values": [1, 2]},
    "categorical_w_probabilities": {"values": [1, 2], "probabilities": [0.25, 0.75]},
    **{name: {"mu": 1, "sigma": 2} for name in ("normal", "q_normal", "log_normal", "q_log_normal")},
    **{name: {"a": 1, "b": 2} for name in ("beta", "q_beta")},
}
NUMBER = st.sampled_from([-3, 0, 1, 2, 8, -1.5, 0.0, 0.25, 1.0, 3.0, True, "1", None])
POSITIVE = st.sampled_from([-1, 0.5, 2, 2.0, True, "2", None])
SETTINGS: dict[str, st.SearchStrategy[Any]] = {
    "value": st.sampled_from([None, 1, "a", [1, 2], {"a": 1}]),
    "values": st.sampled_from([[], [1, 2], ["a"], [0, 0.0, False, None], "ab", None, {"a": 1}]),
    "probabilities": st.sampled_from([[], [1.0], [0.5, 0.5], [0.3, 0.3], [2, -1], ["a", 1], 1]),
    "min": NUMBER,
    "max": NUMBER,
    "q": POSITIVE,
    "mu": NUMBER,
    "sigma": POSITIVE,
    "a": POSITIVE,
    "b": POSITIVE,
    "distribution": st.sampled_from([*DISTRIBUTIONS, "loguniform", None, 1]),
    "unknown": st.just(1),
}


def complaints(parameters: Mapping[str, Any]) -> list[str]:
    """What W&B's library has against parameters, but for its warning of exponents."""
    try:
        found = sweeps.config.schema_violations_from_proposed_config(
            {"method": "random", "parameters": parameters}
        )
    except (ValueError, TypeError) as error:
        return [str(error)]
    return [sentence for sentence in found if "base-e exponents" not in sentence]


@st.composite
def one_parameter(draw: st.DrawFn) -> dict[str, Any]:
    """One that is right, or nearly: a key more, a key less, or odd values."""
    distribution = draw(st.sampled_from(DISTRIBUTIONS))
    made = dict(TAKEN.get(distribution, {"min": 1, "max": 4}))
    if draw(st.booleans()):
        made["distribution"] = distribution
    for key in draw(st.lists(st.sampled_from([*SETTINGS]), max_size=3)):
        made[key] = draw(SETTINGS[key])
    for key in draw(st.lists(st.sampled_from([*made]), max_size=1)):
        del made[key]
    return made


@settings(max_examples=300, deadline=None)
@given(one_parameter())
@example({"min": 1, "max": 1.0})
@example({"min": 1.0, "max": 2, "distribution": "int_uniform"})
@example({"distribution": "log_uniform_values", "min": 0, "max": 1})
def test_a_parameter_is_read_or_refused_exactly_as_wandb_does(parameter: dict[str, Any]) -> None:
    if complaints({"p": parameter}):
        with pytest.raises(ValueError, match=r"^p: "):
            dimensions({"p": parameter})
        return
    (one,) = dimensions({"p": parameter})
    filled = (fill_parameter("p", parameter) or ("", {}))[1]
    assert one.distribution == filled.get("distribution", "uniform")
    assert repr(one.q) == repr(filled.get("q"))


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_every_distribution_of_wandb_is_taken(distribution: str) -> None:
    parameter = TAKEN.get(distribution, {"min": 1, "max": 4}) | {"distribution": distribution}
    assert not complaints({"p": parameter})
    assert dimensions({"p": parameter})[0].distribution == distribution


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({}, "parameters: write at least one parameter with its settings"),
        ({"p": 3}, "p: write what it may be, such as value or values"),
        ({"1p": {"value": 1}}, "1p: this is no name that W&B takes for a parameter"),
        ({"p": {"min": "3e-5", "max": 1}}, "p: min is '3e-5'; write a number"),
        ({"p": {"min": 3, "max": 1}}, "p: min 3 is not less than max 1"),
        ({"p": {"value": 3, "values": [3]}}, "p: value and values do not go together; remove one of them"),
        ({"p": {"values": [3], "min": 1}}, "p: values and min do not go together; remove one of them"),
        ({"p": {"q": 3}}, "p: nothing says what it may be; write values, min and max, or a distribution"),
        (
            {"p": {"distribution": "loguniform", "min": 1, "max": 2}},
            "p: there is no distribution 'loguniform'",
        ),
        ({"p": {"distribution": "normal", "min": 1}}, "p: 'min' cannot go with the distribution normal"),
        ({"p": {"distribution": "uniform", "min": 1}}, "p: the distribution uniform needs max"),
        ({"p": {"parameters": {}}}, "p: write at least one parameter with its settings"),
        ({"p": {"parameters": {"q": {"value": 1}}, "value": 1}}, "p: nothing goes beside nested parameters"),
        (
            {"p": {"values": [1, 2], "probabilities": [1.0]}},
            "p: there are 2 values and 1 probabilities",
        ),
        (
            {"p": {"values": [1, 2], "probabilities": [0.5, 0.4]}},
            "p: its probabilities add up to 0.9, not to 1",
        ),
    ],
)
def test_what_wandb_refuses_is_refused_with_a_sentence(parameters: dict[str, Any], sentence: str) -> None:
    assert complaints(parameters)
    with pytest.raises(ValueError) as error:
        dimensions(parameters)
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"p": {"parameters": {"a": {"min": 2, "max": 1}}}}, "p.a: min 2 is not less than max 1"),
        ({"p": {"distribution": "normal", "sigma": 0}}, "p: sigma is 0; write a number above 0"),
        ({"p": {"distribution": "beta", "a": 0}}, "p: a is 0; write a number above 0"),
        ({"p": {"min": 0.0, "max": math.inf}}, "p: max is inf; write a finite number"),
        ({"p": {"values": [1.0, math.nan]}}, "p: a value is nan; write a finite number"),
        ({"p": {"values": [2**64]}}, "p: the value 18446744073709551616 has more than 64 bits"),
        ({"p": {"value": b"a"}}, "p: the value b'a' is none that JSON has"),
        ({"p": {"value": {1: 2}}}, "p: the key 1 in a value is no text"),
        ({"p": {"min": 0, "max": 2**60}}, "p: int_uniform takes numbers up to 9007199254740992"),
        ({"p": {"min": -1e308, "max": 1e308}}, "p: the range from -1e+308 to 1e+308 is too wide"),
        (
            {"p": {"distribution": "log_uniform", "min": 1, "max": 10_000}},
            "p: the limits of log_uniform are exponents of e, and e to the 10000 is too large; for the "
            "values themselves there is log_uniform_values",
        ),
        ({"a.b": {"value": 1}, "a": {"parameters": {"b": {"value": 2}}}}, "a.b: two parameters have this "),
        ({"wandb_version": {"value": 1}}, "wandb_version: this is no name that W&B takes for a parameter"),
        ({"p\n": {"value": 1}}, "p\n: this is no name that W&B takes for a parameter"),
    ],
)
def test_what_wandb_takes_but_cannot_use_is_refused_too(parameters: dict[str, Any], sentence: str) -> None:
    assert not complaints(parameters)
    with pytest.raises(ValueError) as error:
        dimensions(parameters)
    assert str(error.value).startswith(sentence)


def test_nested_parameters_are_named_by_their_paths() -> None:
    found = dimensions(
        {"lr": {"parameters": {"start": {"min": 0.1, "max": 1.0}, "by": {"parameters": {"x": {"value": 1}}}}}}
    )
    assert [(one.path, one.name) for one in found] == [
        (("lr", "by", "x"), "lr.by.x"),
        (("lr", "start"), "lr.start"),
    ]


def test_limits_are_values_whatever_the_distribution_writes() -> None:
    def limits(distribution: str, low: float, high: float) -> tuple[float | None, float | None]:
        (one,) = dimensions({"p": {"distribution": distribution, "min": low, "max": high}})
        return one.low, one.high

    assert limits("uniform", 1, 2) == (1, 2)
    assert limits("log_uniform_values", 0.1, 1) == (0.1, 1)
    assert limits("log_uniform", 0, 1) == (1, math.e)
    assert limits("inv_log_uniform", 0, 1) == (1 / math.e, 1)


def test_only_logarithmic_distributions_belong_on_a_logarithmic_axis() -> None:
    for distribution in DISTRIBUTIONS:
        parameter = TAKEN.get(distribution, {"min": 1, "max": 4}) | {"distribution": distribution}
        assert dimensions({"p": parameter})[0].log is ("log" in distribution)


VALUE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.0, -0.0, 1.0, 0.5, 3e6, 1e-5]),
    st.sampled_from(["", "1", "a", "true", "é"]),
    st.just([1, 2]),
    st.just({"a": 1, "b": [2.0]}),
)
GRIDDED = st.one_of(
    st.builds(lambda values: {"values": values}, st.lists(VALUE, min_size=1, max_size=4)),
    st.builds(lambda value: {"value": value}, VALUE),
    st.builds(lambda low, span: {"min": low, "max": low + span}, st.integers(-3, 3), st.integers(1, 3)),
)
SPACE = st.recursive(
    st.dictionaries(st.sampled_from("abcD_"), GRIDDED, min_size=1, max_size=3),
    lambda inner: st.dictionaries(
        st.sampled_from("abcD_"),
        st.one_of(GRIDDED, st.builds(lambda nested: {"parameters": nested}, inner)),
        min_size=1,
        max_size=2,
    ),
    max_leaves=4,
)


def wandb_grid(parameters: dict[str, Any], most: int) -> list[dict[str, Any]]:
    """The grid of W&B's library, in its order."""
    made = sweeps.next_runs({"method": "grid", "parameters": parameters}, [], n=most)
    return [{name: each["value"] for name, each in run.config.items()} for run in made if run is not None]


@settings(max_examples=80, deadline=None)
@given(SPACE)
def test_a_grid_has_the_points_of_wandb_in_its_order(parameters: dict[str, Any]) -> None:
    theirs = wandb_grid(parameters, 300)
    assert repr([_ordered(point) for point in islice(grid(parameters), 300)]) == repr(
        [_ordered(point) for point in theirs]
    )
    assert min(grid_size(parameters) or 0, 300) == len(theirs)


def _ordered(value: Any) -> Any:
    """Sorted by name all the way down: wandb puts nested parameters last."""
    return {key: _ordered(value[key]) for key in sorted(value)} if isinstance(value, dict) else value


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(st.integers(-9, 9), st.floats(-9, 9, allow_subnormal=False)),
    st.one_of(st.integers(1, 30), st.floats(0.1, 30)),
    st.one_of(st.integers(1, 9), st.floats(0.1, 9), st.sampled_from([0.1, 0.2, 0.3, 0.7])),
)
@example(0, 10, 5)
@example(1.0, 0.30000000000000004, 0.1)
def test_a_quantized_range_has_wandbs_steps_and_its_end(low: float, span: float, q: float) -> None:
    assume(low + span > low)
    parameters = {"p": {"distribution": "q_uniform", "min": low, "max": low + span, "q": q}}
    ours = [point["p"] for point in grid(parameters)]
    theirs = [point["p"] for point in wandb_grid(parameters, 1000)]
    assert [identity(value) for value in ours[: len(theirs)]] == [identity(value) for value in theirs]
    assert ours[len(theirs) :] in ([], [low + span])


def test_the_end_of_a_quantized_range_is_a_step_where_the_steps_come_to_it() -> None:
    def values(low: float, high: float, q: float) -> list[float]:
        return [p["p"] for p in grid({"p": {"distribution": "q_uniform", "min": low, "max": high, "q": q}})]

    assert values(0, 10, 5) == [0, 5, 10]
    assert values(0, 10, 3) == [0, 3, 6, 9]
    assert values(0.0, 0.3, 0.1) == [0.0, 0.1, 0.2, 0.3]


def test_a_grid_with_a_continuous_range_or_probabilities_has_no_size() -> None:
    assert grid_size({"p": {"min": 0.0, "max": 1.0}, "q": {"values": [1]}}) is None
    assert grid_size({"p": {"values": [1, 2], "probabilities": [0.5, 0.5]}}) is None
    with pytest.raises(ValueError, match="p: the distribution uniform has no grid"):
        next(grid({"p": {"min": 0.0, "max": 1.0}}))


def test_the_size_and_any_point_of_a_vast_grid_are_known_without_going_through_it() -> None:
    parameters = {name: {"min": 0, "max": 10**9} for name in "abc"}
    size = grid_size(parameters)
    assert size == (10**9 + 1) ** 3
    found = dimensions(parameters)
    choices = [steps(one) for one in found]
    assert grid_point(found, choices, size - 2) == {"a": 10**9, "b": 10**9, "c": 10**9 - 1}


def test_a_step_that_is_lost_in_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="p: the step 1e-300 is too small for its range"):
        grid_size({"p": {"distribution": "q_uniform", "min": 0, "max": 1, "q": 1e-300}})


def test_what_a_point_has_is_found_by_its_path() -> None:
    assert value_at({"a": {"b": 3}}, ("a", "b")) == 3
    with pytest.raises(KeyError):
        value_at({"a": {}}, ("a", "b"))


def test_a_dimension_can_be_compared() -> None:
    assert dimensions({"p": {"value": 1}}) == [Dimension(path=("p",), distribution="constant", values=(1,))]
